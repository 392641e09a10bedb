//! The codes of what the program finds before it can read anything.

pyiron_lock_core::codes! {
    FILE_UNREADABLE = "file-unreadable", Error, "a file cannot be read",
        "The file does not exist, is a folder, is not UTF-8 text, is larger than any such file needs to be, or may not \
         be read. Other files are checked all the same.";
}
