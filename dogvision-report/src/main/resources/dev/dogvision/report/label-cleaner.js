'use strict';
(() => {
  // Ids and labels come from strangers: they are put into the page as text, never as HTML.
  const data = JSON.parse(document.getElementById('data').textContent);
  const find = id => document.getElementById(id);
  const articles = Array.from(document.querySelectorAll('article'));
  const decisions = new Map();
  const history = [];
  let current = 0;
  let saved = true;
  let link = '';

  // Some browsers have no storage for pages from disk, and say so by an exception.
  const storage = (() => {
    try {
      const key = 'dogvision-label-cleaner-' + data.key;
      window.localStorage.setItem(key + '-try', '1');
      window.localStorage.removeItem(key + '-try');
      return {
        read: () => window.localStorage.getItem(key),
        write: text => window.localStorage.setItem(key, text),
      };
    } catch (e) {
      return null;
    }
  })();

  const restore = () => {
    try {
      const kept = JSON.parse((storage && storage.read()) || '[]');
      for (const [index, action, label] of kept) {
        const known = ['keep', 'relabel', 'new_label', 'drop'].includes(action);
        if (Number.isInteger(index) && data.cases[index] && known && typeof label === 'string') {
          decisions.set(index, { action, label });
        }
      }
    } catch (e) {
      // Somebody else wrote that.
    }
  };

  const keep = () => {
    saved = decisions.size === 0;
    if (!storage) return;
    try {
      const list = Array.from(decisions, ([index, { action, label }]) => [index, action, label]);
      storage.write(JSON.stringify(list));
    } catch (e) {
      find('storage').textContent =
        'This browser has no room for decisions: download them before you close the page.';
    }
  };

  // The same as in CorrectionTable of the library's core: no spreadsheet runs an id as a formula.
  const formula = '[ \\x0B\\f\\p{Z}\\p{Cf}]*[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20]';
  const inside = new RegExp("([;\\t]|\\r\\n?|\\n)(?='*" + formula + ')', 'gu');
  const start = new RegExp("^(?='*(?:" + formula + '|[\\t\\r\\n]))', 'u');
  const cell = text => {
    const guarded = text.replace(inside, "$1'").replace(start, "'");
    return /^[0-9A-Za-z_\-/.]*$/.test(guarded)
      ? guarded
      : '"' + guarded.replace(/"/g, '""') + '"';
  };
  const csv = () => {
    const rows = data.earlier.map(one => [one.id, one.action, one.label]);
    data.cases.forEach((one, index) => {
      const decision = decisions.get(index);
      if (decision) rows.push([one.id, decision.action, decision.label]);
    });
    const line = ([id, action, label]) => cell(id) + ',' + action + ',' + cell(label) + '\n';
    return 'id,action,label\n' + rows.map(line).join('');
  };

  const readable = label => label.replace(/_/g, ' ');
  const told = ({ action, label }) =>
    action === 'drop' ? 'Dropped'
      : action === 'keep' ? (label ? 'Kept as ' + readable(label) : 'Kept')
      : action === 'relabel' ? 'Relabelled as ' + readable(label)
      : 'New label ' + readable(label);

  const progress = () => decisions.size + ' of ' + data.cases.length + ' decided';

  const render = () => {
    articles.forEach((article, index) => {
      const decision = decisions.get(index);
      article.hidden = index !== current;
      const place = article.querySelector('.decision');
      place.textContent = decision ? told(decision) : '';
      place.dataset.action = decision ? decision.action : '';
      const button = find('overview').children[index].firstChild;
      button.dataset.action = decision ? decision.action : '';
      button.setAttribute('aria-current', index === current ? 'true' : 'false');
      button.setAttribute(
        'aria-label', 'Photograph ' + (index + 1) + ', ' + (decision ? told(decision) : 'not decided'));
    });
    const one = data.cases[current];
    const decision = decisions.get(current) || { action: '', label: '' };
    find('relabel').hidden = one.suggestion === '';
    find('another').hidden = data.labels.length === 0;
    find('keep-label').textContent = one.label ? readable(one.label) : '';
    find('suggested').textContent = readable(one.suggestion);
    const suggested = decision.action === 'relabel' && decision.label === one.suggestion;
    const other = ['relabel', 'new_label'].includes(decision.action) && !suggested;
    find('keep').setAttribute('aria-pressed', String(decision.action === 'keep'));
    find('relabel').setAttribute('aria-pressed', String(suggested));
    find('another').setAttribute('aria-pressed', String(other));
    find('drop').setAttribute('aria-pressed', String(decision.action === 'drop'));
    find('undo').disabled = history.length === 0 && !decisions.has(current);
    find('progress').textContent = progress();
    find('bar').value = decisions.size;
    const text = csv();
    find('text').value = text;
    if (link) URL.revokeObjectURL(link);
    link = URL.createObjectURL(new Blob(['\uFEFF' + text], { type: 'text/csv;charset=utf-8' }));
    find('save').href = link;
  };

  const say = text => { find('status').textContent = text; };

  const go = index => {
    close();
    say('');
    current = Math.max(0, Math.min(data.cases.length - 1, index));
    render();
    articles[current].focus();
    window.scrollTo(0, 0);
  };

  const decide = (action, label) => {
    history.push([current, decisions.get(current)]);
    decisions.set(current, { action, label });
    keep();
    const done = told({ action, label }) + '. ' + progress() + '.';
    for (let step = 1; step < data.cases.length; step++) {
      const next = (current + step) % data.cases.length;
      if (!decisions.has(next)) {
        go(next);
        say(done);
        return;
      }
    }
    close();
    render();
    find('save').focus();
    say(done + ' Nothing is left: download corrections.csv.');
  };

  const undo = () => {
    let index = current;
    let before;
    if (history.length > 0) {
      [index, before] = history.pop();
    } else if (!decisions.has(current)) {
      return;
    }
    if (before) decisions.set(index, before); else decisions.delete(index);
    keep();
    go(index);
    say('Undone. ' + progress() + '.');
  };

  // Another label: typed, and completed from those that there are.
  const input = find('other');
  const list = find('labels');
  let options = [];
  let chosen = 0;
  const bare = text => text.normalize('NFC').toLowerCase().replace(/[\s_-]+/g, ' ').trim();

  const choose = option => {
    if (option.label === data.cases[current].label) decide('keep', option.label);
    else decide(option.action, option.label);
  };

  const close = () => {
    find('choice').hidden = true;
    input.setAttribute('aria-expanded', 'false');
  };

  const show = () => {
    const typed = input.value.trim();
    const wanted = bare(typed);
    const rank = label => {
      const name = bare(label);
      return name === wanted ? 0 : name.startsWith(wanted) ? 1 : name.includes(' ' + wanted) ? 2 : 3;
    };
    options = data.labels
      .filter(label => bare(label).includes(wanted))
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, 8)
      .map(label => ({ action: 'relabel', label }));
    const unfit = /[\u0000-\u001f\u007f-\u009f]/.test(typed) || typed.length > 120;
    if (typed && !unfit && !data.labels.some(label => bare(label) === wanted)) {
      options.push({ action: 'new_label', label: typed });
    }
    chosen = Math.max(0, Math.min(chosen, options.length - 1));
    list.replaceChildren(...options.map((option, place) => {
      const item = document.createElement('li');
      item.id = 'option-' + place;
      item.setAttribute('role', 'option');
      item.setAttribute('aria-selected', String(place === chosen));
      const name = document.createElement('bdi');
      name.textContent = option.label;
      if (option.action === 'new_label') item.append('new label ');
      item.append(name);
      item.addEventListener('mousedown', event => {
        event.preventDefault();
        choose(option);
      });
      return item;
    }));
    input.setAttribute('aria-expanded', String(options.length > 0));
    if (options.length > 0) {
      input.setAttribute('aria-activedescendant', 'option-' + chosen);
      list.children[chosen].scrollIntoView({ block: 'nearest' });
    } else {
      input.removeAttribute('aria-activedescendant');
    }
  };

  const open = () => {
    if (data.labels.length === 0) return;
    find('choice').hidden = false;
    input.value = '';
    chosen = 0;
    show();
    input.focus();
  };

  input.addEventListener('input', () => { chosen = 0; show(); });
  input.addEventListener('keydown', event => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : options.length - 1;
      chosen = options.length ? (chosen + step) % options.length : 0;
      show();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const option = options[chosen];
      if (option) choose(option);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      close();
      articles[current].focus();
    }
  });

  const help = find('help');
  const actions = {
    k: () => decide('keep', data.cases[current].label),
    r: () => data.cases[current].suggestion
      ? decide('relabel', data.cases[current].suggestion)
      : open(),
    l: open,
    d: () => decide('drop', ''),
    u: undo,
    n: () => go(current + 1),
    p: () => go(current - 1),
    s: () => find('save').click(),
    '?': () => { if (help.open) help.close(); else help.showModal(); },
    ArrowRight: () => go(current + 1),
    ArrowLeft: () => go(current - 1),
  };

  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest('input:not([type=checkbox]), textarea')) return;
    if (help.open && event.key !== '?') return;
    if (!find('keys').checked) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // A key that is held down decides once.
    if (Object.hasOwn(actions, key)) {
      event.preventDefault();
      if (!event.repeat || key.startsWith('Arrow')) actions[key]();
    }
  });

  const press = (id, action) => find(id).addEventListener('click', action);
  press('keep', actions.k);
  press('relabel', actions.r);
  press('another', actions.l);
  press('drop', actions.d);
  press('undo', actions.u);
  press('previous', actions.p);
  press('next', actions.n);
  press('ask', actions['?']);
  press('close', () => help.close());
  press('save', () => { saved = true; });
  press('copy', async () => {
    const text = find('text');
    text.closest('details').open = true;
    text.select();
    let copied = false;
    try {
      await navigator.clipboard.writeText(text.value);
      copied = true;
    } catch (e) {
      copied = document.execCommand('copy');
    }
    say(copied ? 'Copied.' : 'The text is marked: copy it with Ctrl C.');
    saved = saved || copied;
  });
  window.addEventListener('beforeunload', event => {
    if (!storage && !saved) event.preventDefault();
  });

  restore();
  data.cases.forEach((one, index) => {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = String(index + 1);
    button.addEventListener('click', () => go(index));
    item.append(button);
    find('overview').append(item);
  });
  find('storage').textContent = storage
    ? 'This browser keeps your decisions when you close the page.'
    : 'This browser keeps nothing of a page from disk: download your decisions before you close it.';
  document.documentElement.classList.add('live');
  const first = data.cases.findIndex((one, index) => !decisions.has(index));
  current = Math.max(0, first);
  render();
})();
