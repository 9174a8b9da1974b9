package dev.dogvision.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.dogvision.data.Correction;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.UnreadableImageException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the page of one {@link LabelCleaner}. */
final class LabelCleanerPage {
  private static final Logger LOG = LoggerFactory.getLogger(LabelCleanerPage.class);
  private static final int SUBJECT_SIDE = 420;
  private static final int BESIDE_SIDE = 128;

  private final LabelCleaner cleaner;
  private final DatasetReport report;
  private final HtmlWriter html = new HtmlWriter();
  private final List<SuspectPhotographs.Suspect> suspects;
  private final List<SuspectPhotographs.Suspect> leftOut;
  private final Map<ImageSource, Optional<Thumbnail>> large = new ConcurrentHashMap<>();
  private final Map<ImageSource, Optional<Thumbnail>> small = new ConcurrentHashMap<>();

  LabelCleanerPage(LabelCleaner cleaner) {
    this.cleaner = cleaner;
    this.report = cleaner.report;
    List<SuspectPhotographs.Suspect> all = new SuspectPhotographs(report, cleaner.split).ordered();
    int shown = Math.min(cleaner.most, all.size());
    this.suspects = all.subList(0, shown);
    this.leftOut = all.subList(shown, all.size());
  }

  String toHtml() {
    String style = HtmlPage.resource("report.css") + HtmlPage.resource("label-cleaner.css");
    String script = HtmlPage.resource("label-cleaner.js");
    readPhotographs();
    HtmlPage.head(html, cleaner.title, style, script);
    html.start("body").line();
    header();
    html.start("main").line();
    for (int i = 0; i < suspects.size(); i++) {
      suspect(i, suspects.get(i));
    }
    if (!suspects.isEmpty()) {
      controls();
      result();
    }
    html.end("main").line();
    html.start("footer");
    html.text("Written by DogVision. This file holds everything it shows and fetches nothing.");
    html.end("footer").line();
    if (!suspects.isEmpty()) {
      help();
      html.data("data", data());
      html.trusted("script", script);
    }
    html.end("body").line();
    html.end("html").line();
    return html.toString();
  }

  private void header() {
    html.start("header").line();
    html.element("h1", cleaner.title).line();
    html.start("p", "class", "muted", "id", "found");
    if (suspects.isEmpty()) {
      html.text("Nothing is left to decide about.");
    } else {
      html.text(SuspectPhotographs.counted(suspects) + ".");
      if (!leftOut.isEmpty()) {
        html.text(
            " Left out of this page, as weaker suspicions: "
                + SuspectPhotographs.counted(leftOut)
                + ".");
      }
    }
    int earlier = report.dataset().corrections().size();
    if (earlier > 0) {
      html.text(
          " "
              + earlier
              + (earlier == 1 ? " earlier decision is" : " earlier decisions are")
              + " in the corrections already and not asked again.");
    }
    html.end("p").line();
    if (!suspects.isEmpty()) {
      html.start("noscript")
          .element("p", "To decide, the page needs JavaScript, which is off here.")
          .end("noscript");
      html.start("div", "class", "live-only");
      html.start("div", "class", "top");
      html.element("p", "", "id", "progress");
      html.start("progress", "id", "bar", "max", suspects.size(), "value", 0);
      html.text("").end("progress");
      html.element(
          "a",
          "Download corrections.csv",
          "id",
          "save",
          "class",
          "button",
          "download",
          "corrections.csv",
          "href",
          "#",
          "aria-keyshortcuts",
          "S");
      html.start("button", "type", "button", "id", "ask", "aria-haspopup", "dialog");
      html.text("Keys ").element("kbd", "?").end("button");
      html.end("div").end("div").line();
    }
    html.end("header").line();
  }

  private void suspect(int index, SuspectPhotographs.Suspect suspect) {
    Example example = suspect.example;
    html.start("article", "tabindex", "-1", "aria-labelledby", "case-" + index).line();
    html.start("h2", "id", "case-" + index);
    html.text((index + 1) + " of " + suspects.size() + ": ");
    html.text(String.join(", ", suspect.kinds.keySet().stream().map(kind -> kind.one).toList()));
    html.end("h2").line();
    html.start("div", "class", "compare").start("figure", "class", "subject");
    String problem = suspect.problem;
    if (problem == null) {
      photograph(large, example, described(example));
    } else {
      html.start("p", "class", "gap").text("This file cannot be read: ").element("bdi", problem);
      html.end("p");
    }
    html.start("figcaption");
    DatasetReport.Suspect doubt = suspect.doubt;
    String label = example.label();
    if (label != null) {
      html.start("p", "class", "given").text("labelled ").label(label).end("p");
    }
    if (doubt != null) {
      html.start("p").text("A model gives this label ");
      html.text(TextDrawing.percent(doubt.labelProbability()) + ", and ");
      html.label(doubt.suggestion()).text(" ");
      html.text(TextDrawing.percent(doubt.suggestionProbability()) + ".").end("p");
    }
    html.start("p", "class", "muted").start("small").element("bdi", example.id());
    html.end("small").end("p");
    html.element("p", "", "class", "decision live-only");
    html.end("figcaption").end("figure").line();
    html.start("div", "class", "rows");
    suspect.rows.forEach(this::row);
    html.end("div").end("div").end("article").line();
  }

  private static String described(Example example) {
    String label = example.label();
    return label == null
        ? "the photograph to decide about"
        : "labelled " + TextDrawing.readable(label);
  }

  private void row(SuspectPhotographs.Row row) {
    html.start("div", "class", "row").start("h3").text(row.heading());
    String of = row.label();
    if (of != null) {
      html.text(" ").label(of);
    }
    html.end("h3");
    if (row.others().isEmpty()) {
      html.element("p", "There is no other photograph of it.", "class", "muted");
    } else {
      html.start("ul");
      for (SuspectPhotographs.Other other : row.others()) {
        html.start("li").start("figure");
        photograph(small, other.example(), described(other.example()));
        html.start("figcaption");
        String label = other.example().label();
        if (label != null && !label.equals(of)) {
          html.label(label).text(" ");
        }
        html.text(other.note() + (other.note().isEmpty() ? "" : " "));
        html.start("small", "class", "muted").element("bdi", other.example().id()).end("small");
        html.end("figcaption").end("figure").end("li");
      }
      html.end("ul");
    }
    html.end("div").line();
  }

  private void photograph(
      Map<ImageSource, Optional<Thumbnail>> thumbnails, Example example, String description) {
    thumbnails
        .getOrDefault(example.image(), Optional.empty())
        .ifPresentOrElse(
            photo -> HtmlPage.image(html, photo, description),
            () -> html.element("p", "This photograph cannot be read.", "class", "gap"));
  }

  /** Several at a time: to decode takes longer than all else. */
  private void readPhotographs() {
    read(
        suspects.stream()
            .filter(suspect -> suspect.problem == null)
            .map(suspect -> suspect.example.image()),
        SUBJECT_SIDE,
        large);
    read(
        suspects.stream()
            .map(suspect -> suspect.rows)
            .flatMap(Collection::stream)
            .flatMap(row -> row.others().stream())
            .map(other -> other.example().image()),
        BESIDE_SIDE,
        small);
  }

  private static void read(
      Stream<ImageSource> images, int side, Map<ImageSource, Optional<Thumbnail>> thumbnails) {
    images.distinct().toList().parallelStream()
        .forEach(image -> thumbnails.put(image, thumbnail(image, side)));
  }

  private static Optional<Thumbnail> thumbnail(ImageSource image, int side) {
    try {
      return Optional.of(Thumbnail.within(ImageDecoder.standard().decode(image), side));
    } catch (UnreadableImageException e) {
      LOG.warn("The page lacks a photograph: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private void controls() {
    html.start("section", "class", "controls live-only", "aria-label", "Decision").line();
    html.start("div", "class", "buttons");
    html.start("button", "type", "button", "id", "keep", "aria-keyshortcuts", "K");
    html.element("kbd", "K").text(" Keep ").start("bdi", "id", "keep-label").end("bdi");
    html.end("button");
    html.start("button", "type", "button", "id", "relabel", "aria-keyshortcuts", "R");
    html.element("kbd", "R").text(" Relabel as ").start("bdi", "id", "suggested").end("bdi");
    html.end("button");
    button("another", "L", " Another label …");
    button("drop", "D", " Drop");
    button("undo", "U", " Undo");
    html.start("span", "class", "end buttons");
    button("previous", "←", " Back");
    button("next", "→", " Next");
    html.end("span").end("div").line();
    html.start("div", "id", "choice", "hidden", "");
    html.element("label", "Another label", "for", "other");
    html.empty(
        "input",
        "id",
        "other",
        "type",
        "text",
        "role",
        "combobox",
        "aria-autocomplete",
        "list",
        "aria-controls",
        "labels",
        "aria-expanded",
        "false",
        "autocomplete",
        "off",
        "spellcheck",
        "false");
    html.start("ul", "id", "labels", "role", "listbox", "aria-label", "Labels").end("ul");
    html.end("div").line();
    html.element("p", "", "id", "status", "role", "status", "class", "muted");
    html.end("section").line();
  }

  private void button(String id, String key, String text) {
    html.start("button", "type", "button", "id", id);
    html.element("kbd", key).text(text).end("button");
  }

  private void result() {
    html.start("div", "class", "live-only").line();
    html.start("nav", "aria-label", "Photographs", "class", "overview");
    html.start("ol", "id", "overview").end("ol").end("nav").line();
    html.start("details").element("summary", "corrections.csv as text");
    html.start("p");
    html.element("button", "Copy", "type", "button", "id", "copy").end("p");
    html.element("label", "What the file holds", "for", "text", "class", "muted");
    html.start("textarea", "id", "text", "readonly", "", "spellcheck", "false").end("textarea");
    html.end("details").line();
    html.element("p", "", "id", "storage", "class", "muted");
    html.end("div").line();
  }

  private void help() {
    html.start("dialog", "id", "help", "aria-labelledby", "help-title").line();
    html.element("h2", "Keys", "id", "help-title");
    html.start("dl");
    key("K", "keep the label");
    key("R", "relabel, as suggested");
    key("L", "another label: type, choose with ↑ ↓, Enter");
    key("D", "drop the photograph from the data set; its file stays");
    key("U", "undo");
    key("← →", "or P and N: back, next");
    key("S", "download corrections.csv");
    key("?", "this help");
    html.end("dl");
    html.start("p").start("label");
    html.empty("input", "type", "checkbox", "id", "keys", "checked", "");
    html.text(" Single keys decide").end("label").end("p");
    html.element("button", "Close", "type", "button", "id", "close");
    html.end("dialog").line();
  }

  private void key(String key, String meaning) {
    html.start("dt").element("kbd", key).end("dt").element("dd", meaning);
  }

  /** What the script needs to know exactly: HTML can't hold every character of an id. */
  private JsonObject data() {
    JsonArray cases = new JsonArray();
    for (SuspectPhotographs.Suspect suspect : suspects) {
      JsonObject one = new JsonObject();
      String label = suspect.example.label();
      one.addProperty("id", suspect.example.id());
      one.addProperty("label", label == null ? "" : label);
      one.addProperty("suggestion", suspect.suggestion());
      cases.add(one);
    }
    JsonArray labels = new JsonArray();
    report.dataset().labels().names().forEach(labels::add);
    JsonArray earlier = new JsonArray();
    for (Correction correction : report.dataset().corrections().all()) {
      JsonObject one = new JsonObject();
      String label = correction.label();
      one.addProperty("id", correction.id());
      one.addProperty("action", correction.action().word());
      one.addProperty("label", label == null ? "" : label);
      earlier.add(one);
    }
    JsonObject data = new JsonObject();
    data.add("cases", cases);
    data.add("labels", labels);
    data.add("earlier", earlier);
    data.addProperty("key", HtmlPage.hash(data.toString()));
    return data;
  }
}
