'use strict';
(() => {
  const table = document.getElementById('breed-table');
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const status = document.getElementById('breed-status');
  const search = document.getElementById('breed-search');
  const headers = Array.from(table.tHead.rows[0].cells);

  // Cells without a number sort last either way.
  const compare = (column, numeric, sign) => (a, b) => {
    const x = a.cells[column].dataset.value, y = b.cells[column].dataset.value;
    if (!numeric) return sign * x.localeCompare(y, 'en');
    if (x === '' || y === '') return (x === '') - (y === '');
    return sign * (Number(x) - Number(y));
  };

  headers.forEach((header, column) => {
    const button = header.querySelector('button');
    if (!button) return;
    button.addEventListener('click', () => {
      const ascending = header.getAttribute('aria-sort') !== 'ascending';
      headers.forEach(other => {
        if (other.hasAttribute('aria-sort')) other.setAttribute('aria-sort', 'none');
      });
      header.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
      rows.sort(compare(column, header.dataset.type === 'number', ascending ? 1 : -1));
      body.append(...rows);
    });
  });

  const filter = () => {
    const words = search.value.toLowerCase().split(/[\s_]+/).filter(word => word);
    let shown = 0;
    for (const row of rows) {
      const name = row.dataset.label.toLowerCase().replace(/_/g, ' ');
      row.hidden = !words.every(word => name.includes(word));
      if (!row.hidden) shown++;
    }
    status.textContent = shown + ' of ' + rows.length + ' breeds';
  };
  search.addEventListener('input', filter);
  search.closest('.search').hidden = false;
  filter();
})();
