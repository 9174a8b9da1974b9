'use strict';

// Everything that the page says. The names of breeds come from the server, in the same language.
const TEXTS = {
  en: {
    title: 'What breed is this dog?',
    about: 'Photographs are answered and forgotten: this server stores none of them.',
    how: 'Drop photographs here, or paste one.',
    choose: 'Choose photographs',
    camera: 'Take a photograph',
    answers: 'Answers',
    pasted: 'pasted picture',
    working: name => `Looking at ${name} …`,
    waiting: (name, seconds) => `The server is busy. ${name} is tried again in ${seconds} s …`,
    answered: (name, best, percent) => `${name}: ${best}, ${percent}.`,
    answeredUnsure: (name, best, percent) => `${name}: not sure. Perhaps ${best}, ${percent}.`,
    failed: (name, why) => `${name}: ${why}`,
    unsure: 'Not sure',
    unsureText: best => `It may show no dog, or none of the breeds that the model knows. The nearest is ${best}.`,
    between: names => `Between ${names}.`,
    tooSmall: 'The picture is very small.',
    tooDark: 'The picture is almost black.',
    tooBright: 'The picture is almost white.',
    and: 'and',
    looked: 'What the model looked at',
    legend: best => `Red speaks for ${best}. What is darkened was not looked at.`,
    again: 'Try again',
    photograph: name => `Your photograph ${name}`,
    noPicture: 'There was no picture in that. Copy the picture itself, or save it and choose the file.',
    tooLarge: (size, limit) => `The picture has ${size} MB, and this server takes ${limit} MB at most.`,
    problems: {
      'bad-request': 'The picture is empty.',
      'too-large': 'The picture is too large',
      'format-not-read': 'Not a picture that can be read here',
      'unreadable': 'The picture can’t be read',
      'overloaded': 'The server is busy',
      'failed': 'Something went wrong in the server',
      'unavailable': 'The server can’t answer now',
      'unreachable': 'The server can’t be reached'
    },
    formats: 'Send a JPEG, PNG, WebP, GIF or BMP.',
    unreachable: 'Is it running, and are you online?',
    model: (model, breeds, device) => `${model}, ${breeds} breeds, on ${device}.`
  },
  pt: {
    title: 'De que raça é este cachorro?',
    about: 'As fotos são respondidas e esquecidas: este servidor não guarda nenhuma.',
    how: 'Solte fotos aqui, ou cole uma.',
    choose: 'Escolher fotos',
    camera: 'Tirar uma foto',
    answers: 'Respostas',
    pasted: 'imagem colada',
    working: name => `Olhando ${name} …`,
    waiting: (name, seconds) => `O servidor está ocupado. ${name} é tentada de novo em ${seconds} s …`,
    answered: (name, best, percent) => `${name}: ${best}, ${percent}.`,
    answeredUnsure: (name, best, percent) => `${name}: incerto. Talvez ${best}, ${percent}.`,
    failed: (name, why) => `${name}: ${why}`,
    unsure: 'Incerto',
    unsureText: best => `Talvez não seja um cachorro, ou de nenhuma raça que o modelo conhece. A mais próxima é ${best}.`,
    between: names => `Entre ${names}.`,
    tooSmall: 'A imagem é muito pequena.',
    tooDark: 'A imagem está quase preta.',
    tooBright: 'A imagem está quase branca.',
    and: 'e',
    looked: 'O que o modelo olhou',
    legend: best => `O vermelho fala a favor de ${best}. O que está escuro não foi olhado.`,
    again: 'Tentar de novo',
    photograph: name => `Sua foto ${name}`,
    noPicture: 'Não havia imagem. Copie a própria imagem, ou salve-a e escolha o arquivo.',
    tooLarge: (size, limit) => `A imagem tem ${size} MB, e este servidor aceita até ${limit} MB.`,
    problems: {
      'bad-request': 'A imagem está vazia.',
      'too-large': 'A imagem é grande demais',
      'format-not-read': 'Não é uma imagem que se lê aqui',
      'unreadable': 'Não foi possível ler a imagem',
      'overloaded': 'O servidor está ocupado',
      'failed': 'Algo deu errado no servidor',
      'unavailable': 'O servidor não pode responder agora',
      'unreachable': 'O servidor não responde'
    },
    formats: 'Envie JPEG, PNG, WebP, GIF ou BMP.',
    unreachable: 'Ele está no ar, e você está conectado?',
    model: (model, breeds, device) => `${model}, ${breeds} raças, em ${device}.`
  }
};

const language = (navigator.languages || [navigator.language])
  .map(tag => tag.slice(0, 2).toLowerCase())
  .find(tag => TEXTS[tag]) || 'en';
const text = TEXTS[language];
const SHOWN = 20;              // answers, of which each holds a photograph
const TRIES = 4;               // where the server is busy
const LONGEST_SIDE = 1600;     // pixels; the network sees fewer, and less is sent
const LARGE = 1 << 20;         // bytes; smaller files are sent as they are
const READ = ['image/jpeg', 'image/png', 'image/gif', 'image/bmp', 'image/webp'];
const answers = document.getElementById('answers');
const statusLine = document.getElementById('status');
const queue = [];
let busy = false;
let largest = Infinity;

document.documentElement.lang = language === 'pt' ? 'pt-BR' : 'en';
for (const element of document.querySelectorAll('[data-text]')) {
  element.textContent = text[element.dataset.text];
}
for (const element of document.querySelectorAll('[data-label]')) {
  element.setAttribute('aria-label', text[element.dataset.label]);
}

const number = new Intl.NumberFormat(document.documentElement.lang, {
  style: 'percent', minimumFractionDigits: 0, maximumFractionDigits: 0
});
const tenth = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const percent = probability => probability > 0 && probability < 0.005 ? `< ${number.format(0.01)}` : number.format(probability);
const pause = seconds => new Promise(done => setTimeout(done, 1000 * seconds));

// ---- pictures come

for (const id of ['choose', 'camera']) {
  document.getElementById(id).addEventListener('change', event => {
    take(event.target.files);
    event.target.value = '';   // the same file may be chosen again
  });
}

let depth = 0;                 // a drag enters and leaves each element on its way
addEventListener('dragenter', event => {
  event.preventDefault();
  depth++;
  document.body.classList.add('over');
});
addEventListener('dragleave', () => {
  if (--depth <= 0) over();
});
addEventListener('dragover', event => event.preventDefault());
addEventListener('drop', event => {
  event.preventDefault();
  over();
  take(event.dataTransfer.files);
});
addEventListener('paste', event => {
  if (event.clipboardData) take(event.clipboardData.files);
});

function over() {
  depth = 0;
  document.body.classList.remove('over');
}

function take(files) {
  if (files.length === 0) {
    statusLine.textContent = text.noPicture;
    return;
  }
  for (const file of files) {
    queue.push({ file, name: file.name && file.name !== 'image.png' ? file.name : text.pasted });
  }
  work();
}

async function work() {
  if (busy) return;
  busy = true;
  try {
    for (let one; (one = queue.shift());) {
      statusLine.textContent = text.working(one.name);
      await answer(one);
    }
  } finally {
    busy = false;
  }
}

// ---- one picture

async function answer(one) {
  const { blob, bitmap } = await prepared(one.file);
  if (bitmap) bitmap.close();
  const shown = bitmap ? blob : null;
  if (blob.size > largest) {
    show(one, shown, null, {
      code: 'too-large',
      detail: text.tooLarge(tenth.format(blob.size / (1 << 20)), tenth.format(largest / (1 << 20)))
    });
    return;
  }
  try {
    show(one, shown, await ask(one, blob), null);
  } catch (problem) {
    if (!problem.code) throw problem;
    show(one, shown, null, problem);
  }
}

// Large photographs are made smaller, and what only the browser can read is made a JPEG. The browser turns
// photographs upright as it decodes them.
async function prepared(file) {
  let bitmap = null;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return { blob: file, bitmap: null };     // the server says what it is
  }
  const side = Math.max(bitmap.width, bitmap.height);
  if (READ.includes(file.type) && (file.size <= LARGE || side <= LONGEST_SIDE && file.size <= largest)) {
    return { blob: file, bitmap };
  }
  const scale = Math.min(1, LONGEST_SIDE / side);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';                // as the server takes what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const smaller = await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.92));
  return { blob: smaller || file, bitmap };
}

async function ask(one, blob) {
  for (let tries = 1; ; tries++) {
    let response;
    let json;
    try {
      response = await fetch('api/predictions?explain=true', {
        method: 'POST',
        body: blob,
        headers: { 'Accept': 'application/json, application/problem+json', 'Accept-Language': language,
          'Content-Type': 'application/octet-stream' }
      });
      json = await response.json();
    } catch {
      if (!response) throw { code: 'unreachable', detail: text.unreachable };
      throw { code: response.status === 413 ? 'too-large' : 'failed', detail: '' };
    }
    if (response.ok) return json;
    const code = String(json.type || '').split(':').pop();
    if (response.status === 429 && tries < TRIES) {
      const seconds = Math.max(1, Number(response.headers.get('Retry-After')) || 1);
      statusLine.textContent = text.waiting(one.name, seconds);
      await pause(seconds);
      continue;
    }
    throw {
      code: text.problems[code] ? code : 'failed',
      // The server writes English.
      detail: language === 'en' ? json.detail || '' : code === 'format-not-read' ? text.formats : ''
    };
  }
}

// ---- what is shown

function show(one, blob, json, problem) {
  const card = document.getElementById('answer').content.firstElementChild.cloneNode(true);
  const image = card.querySelector('img');
  card.querySelector('figcaption').textContent = one.name;
  if (blob) {
    image.src = URL.createObjectURL(blob);
    image.alt = text.photograph(one.name);
    card.classList.add('pictured');
  } else {
    card.querySelector('.photograph').remove();
  }
  if (problem) {
    showProblem(card, one, problem);
  } else {
    showBreeds(card, one, json);
    if (json.explanation && blob) showLooked(card, image, json.explanation);
  }
  answers.prepend(card);
  while (answers.children.length > SHOWN) {
    const last = answers.lastElementChild;
    const old = last.querySelector('img');
    if (old && old.src) URL.revokeObjectURL(old.src);
    last.remove();
  }
}

function showProblem(card, one, problem) {
  const title = text.problems[problem.code];
  card.classList.add('problem');
  card.querySelector('h2').textContent = title;
  const detail = document.createElement('p');
  detail.textContent = problem.detail;
  card.querySelector('h2').after(detail);
  if (['overloaded', 'unavailable', 'unreachable', 'failed'].includes(problem.code)) {
    const again = card.querySelector('.again');
    again.hidden = false;
    again.textContent = text.again;
    again.addEventListener('click', () => {
      card.remove();
      queue.push(one);
      work();
    });
  }
  statusLine.textContent = text.failed(one.name, title);
}

function showBreeds(card, one, json) {
  card.querySelector('h2').textContent = json.unsure ? text.unsure : json.name;
  const doubts = card.querySelector('.doubts');
  // Between which breeds is nothing to say where it may be none of them.
  for (const doubt of json.doubts.filter(one => !(json.unsure && one.kind === 'between_breeds'))) {
    const item = document.createElement('li');
    item.textContent = sentence(doubt, json);
    doubts.append(item);
  }
  if (!json.doubts.length) doubts.remove();
  const list = card.querySelector('.breeds');
  for (const breed of json.top) {
    const item = document.createElement('li');
    const name = document.createElement('span');
    name.textContent = breed.name;
    const share = document.createElement('span');
    share.className = 'percent';
    share.textContent = percent(breed.probability);
    const bar = document.createElement('span');
    bar.className = 'bar';
    bar.setAttribute('aria-hidden', 'true');
    const filled = document.createElement('span');
    filled.style.width = `${100 * breed.probability}%`;     // all bars on one scale, to 100 %
    bar.append(filled);
    item.append(name, share, bar);
    list.append(item);
  }
  statusLine.textContent = (json.unsure ? text.answeredUnsure : text.answered)(
    one.name, json.name, percent(json.probability));
}

function sentence(doubt, json) {
  switch (doubt.kind) {
    case 'not_one_of_these': return text.unsureText(json.name);
    case 'between_breeds': {
      const names = doubt.breeds.slice(0, 5).map(breed => `${breed.name} (${percent(breed.probability)})`);
      const last = names.pop();
      return text.between(names.length ? `${names.join(', ')} ${text.and} ${last}` : last);
    }
    case 'too_small': return text.tooSmall;
    case 'too_dark': return text.tooDark;
    case 'too_bright': return text.tooBright;
    default: return doubt.text;
  }
}

function showLooked(card, image, explanation) {
  const canvas = card.querySelector('canvas');
  const button = card.querySelector('.looked');
  const legend = card.querySelector('.legend');
  legend.textContent = text.legend(explanation.name);
  button.hidden = false;
  button.textContent = text.looked;
  button.addEventListener('click', () => {
    const on = canvas.hidden;
    if (on && !canvas.dataset.drawn) {
      draw(canvas, image, explanation);
      canvas.dataset.drawn = 'true';
    }
    canvas.hidden = !on;
    legend.hidden = !on;
    button.setAttribute('aria-pressed', String(on));
  });
}

// The strengths are of the places of a square, which is the part of the photograph that the network saw.
function draw(canvas, image, explanation) {
  const scale = 480 / Math.max(image.naturalWidth, image.naturalHeight);
  const width = canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  const height = canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  let w = width;
  let h = height;
  if (explanation.seen === 'center-crop') w = h = Math.min(width, height) * explanation.fraction;
  if (explanation.seen === 'pad') w = h = Math.max(width, height);
  const left = (width - w) / 2;
  const top = (height - h) / 2;
  const context = canvas.getContext('2d');
  const pixels = context.createImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = (x + 0.5 - left) / w;
      const v = (y + 0.5 - top) / h;
      const at = 4 * (y * width + x);
      if (u < 0 || u > 1 || v < 0 || v > 1) {
        pixels.data[at + 3] = 150;           // not seen: dimmed
        continue;
      }
      const s = strength(explanation, u, v);
      pixels.data[at] = 255;
      pixels.data[at + 1] = Math.round(220 * (1 - s));
      pixels.data[at + 2] = 20;
      pixels.data[at + 3] = Math.round(190 * Math.pow(s, 0.8));
    }
  }
  context.putImageData(pixels, 0, 0);
}

// Bilinear between the middles of the places.
function strength({ side, strengths }, u, v) {
  const x = Math.max(0, Math.min(side - 1, u * side - 0.5));
  const y = Math.max(0, Math.min(side - 1, v * side - 0.5));
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = Math.min(side - 1, left + 1);
  const bottom = Math.min(side - 1, top + 1);
  const row = r => strengths[r * side + left] * (1 - (x - left)) + strengths[r * side + right] * (x - left);
  return row(top) * (1 - (y - top)) + row(bottom) * (y - top);
}

// ---- the model

fetch('api/model', { headers: { 'Accept-Language': language } })
  .then(response => response.ok ? response.json() : Promise.reject(response.status))
  .then(model => {
    largest = model.largestPicture;
    document.getElementById('model').textContent = text.model(model.model, model.breeds.length, model.device);
  })
  .catch(() => {
    statusLine.textContent = text.problems.unreachable;
  });
