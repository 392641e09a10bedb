//! `verify --prefix` through the program: what a prefix is told to be when nothing, one thing, or something hostile was
//! done to it.

mod files;
mod hostile;
mod made;
mod packages;
mod python;
