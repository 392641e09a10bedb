// Makes the prompt of commands a decoration, so that what is copied can be run.
"use strict";

for (const prompt of document.querySelectorAll("code.language-console .hljs-meta")) {
    const text = prompt.nextSibling?.firstChild;
    if (prompt.textContent === "$" && text?.nodeType === Node.TEXT_NODE) {
        prompt.textContent = "";
        prompt.classList.add("prompt");
        text.nodeValue = text.nodeValue.replace(/^ /, "");
    }
}
