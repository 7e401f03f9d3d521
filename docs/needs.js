// What a command needs is a comment before its block (CONTRIBUTING.md); readers are told it in words.
const WORDS = {
  aws: "Needs AWS.",
  cluster: "Needs a cluster of your own.",
  time: "Takes minutes.",
  "a person": "Needs a person at a browser.",
};
const comments = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_COMMENT);
while (comments.nextNode()) {
  const need = /^ needs: (.+) $/.exec(comments.currentNode.data);
  if (need && WORDS[need[1]]) {
    const note = document.createElement("em");
    note.textContent = WORDS[need[1]];
    comments.currentNode.after(note);
  }
}
