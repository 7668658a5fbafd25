for (const button of navigator.clipboard ? document.querySelectorAll('[data-copies]') : []) {
  const text = () => document.getElementById(button.dataset.copies).innerText;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text());
    button.textContent = button.dataset.copied;
  });
}
