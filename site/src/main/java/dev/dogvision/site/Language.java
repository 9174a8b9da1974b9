package dev.dogvision.site;

/** A language of the documents, and the site's own words in it. */
enum Language {
  ENGLISH(
      "en",
      "",
      "English",
      "Search",
      "Nothing found",
      "Contents",
      "On this page",
      "Light or dark",
      "Copy",
      "Copied",
      "Java API"),
  PORTUGUESE(
      "pt-BR",
      "pt-BR/",
      "Português",
      "Buscar",
      "Nada encontrado",
      "Conteúdo",
      "Nesta página",
      "Claro ou escuro",
      "Copiar",
      "Copiado",
      "API Java");

  /** As HTML names it. */
  final String tag;

  /** The folder of its pages, with a slash; empty for the main language. */
  final String folder;

  final String ownName;
  final String search;
  final String nothingFound;
  final String contents;
  final String onThisPage;
  final String colours;
  final String copy;
  final String copied;
  final String api;

  Language(
      String tag,
      String folder,
      String ownName,
      String search,
      String nothingFound,
      String contents,
      String onThisPage,
      String colours,
      String copy,
      String copied,
      String api) {
    this.tag = tag;
    this.folder = folder;
    this.ownName = ownName;
    this.search = search;
    this.nothingFound = nothingFound;
    this.contents = contents;
    this.onThisPage = onThisPage;
    this.colours = colours;
    this.copy = copy;
    this.copied = copied;
    this.api = api;
  }

  Language other() {
    return this == ENGLISH ? PORTUGUESE : ENGLISH;
  }

  /** Of a page's address within the site. */
  static Language of(String address) {
    return address.startsWith(PORTUGUESE.folder) ? PORTUGUESE : ENGLISH;
  }
}
