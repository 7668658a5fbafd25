for (const chosen of document.querySelectorAll('[data-into]')) {
  const field = chosen.form.elements[chosen.dataset.into];
  chosen.disabled = false;
  chosen.addEventListener('change', () => {
    const [file] = chosen.files;
    const large = file?.size > Number(chosen.dataset.most);
    field.value = '';
    chosen.setCustomValidity(large ? chosen.dataset.large : '');
    if (large) chosen.reportValidity();
    if (!file || large) return;
    const reader = new FileReader();
    reader.onload = () => { field.value = reader.result; };
    reader.readAsDataURL(file);
  });
}
