const link = document.querySelector("a[data-goes-on]");
const loads = [...document.querySelectorAll("iframe")].map((frame) => new Promise((done) => frame.addEventListener("load", done)));
const late = new Promise((done) => setTimeout(done, 3000));
if (link) Promise.race([Promise.all(loads), late]).then(() => location.replace(link.href));
