package dev.dogvision.report;

import com.google.common.hash.Hashing;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.data.LabelCount;
import dev.dogvision.data.Neighbour;
import dev.dogvision.evaluate.BreedScore;
import dev.dogvision.evaluate.Calibration;
import dev.dogvision.evaluate.ConfidenceInterval;
import dev.dogvision.evaluate.ConfusedPair;
import dev.dogvision.evaluate.ConfusionMatrix;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.Mistake;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.UnreadableImageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one report's page, section by section. */
final class HtmlReportPage {
  private static final Logger logger = LoggerFactory.getLogger(HtmlReportPage.class);
  private static final int PHOTOS_A_SIDE = 3;
  private static final int EXTREMES = 5;
  private static final int FINDINGS = 12;
  private static final double INTERVAL_CONFIDENCE = 0.95;

  private final HtmlReport report;
  private final Evaluation evaluation;
  private final HtmlWriter html = new HtmlWriter();
  private final Map<String, Example> examples = new HashMap<>();
  private final Map<String, Optional<Thumbnail>> thumbnails = new HashMap<>();

  /** What was searched for likeness, by id. */
  private final Map<String, Example> resembling = new HashMap<>();

  private final Map<ImageSource, Optional<Thumbnail>> smallThumbnails = new HashMap<>();
  private final Set<String> unreadable = new HashSet<>();

  HtmlReportPage(HtmlReport report) {
    this.report = report;
    this.evaluation = report.evaluation;
    if (report.examples != null) {
      report.examples.forEach(example -> examples.putIfAbsent(example.id(), example));
    }
    if (report.resembling != null) {
      report.resembling.forEach(example -> resembling.putIfAbsent(example.id(), example));
    }
  }

  String toHtml() {
    String style = resource("report.css");
    String script = resource("report.js");
    html.start("html", "lang", "en").line();
    html.start("head").line();
    html.empty("meta", "charset", "utf-8").line();
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1").line();
    // A browser then refuses the network, and any script but ours, whatever a label says.
    html.empty(
            "meta",
            "http-equiv",
            "Content-Security-Policy",
            "content",
            "default-src 'none'; img-src data:; style-src '"
                + hash(style)
                + "'; script-src '"
                + hash(script)
                + "'; base-uri 'none'; form-action 'none'")
        .line();
    html.element("title", report.title).line();
    html.empty("link", "rel", "icon", "href", "data:,").line();
    html.trusted("style", style);
    html.end("head").line();
    html.start("body").line();
    html.element("a", "Skip to the figures", "class", "skip", "href", "#figures").line();
    header();
    navigation();
    html.start("main").line();
    figures();
    curves();
    pairs();
    mistakes();
    breeds();
    calibration();
    confusion();
    data();
    facts("configuration", "Configuration", report.configuration);
    facts("environment", "Environment", report.environment);
    html.end("main").line();
    html.start("footer");
    html.text("Written by DogVision. This file holds everything it shows and fetches nothing.");
    html.end("footer").line();
    html.trusted("script", script);
    html.end("body").line();
    html.end("html").line();
    return html.toString();
  }

  private void header() {
    html.start("header").line();
    html.element("h1", report.title).line();
    html.start("p", "class", "muted");
    html.text(
        evaluation.size()
            + " photographs of "
            + evaluation.labels().size()
            + " breeds were shown to the model.");
    html.end("p");
    html.end("header").line();
  }

  private void navigation() {
    html.start("nav", "aria-label", "Sections").start("ul").line();
    link("figures", "Figures");
    if (!report.series.isEmpty()) {
      link("curves", "Curves");
    }
    link("pairs", "Confused pairs");
    link("mistakes", "Mistakes");
    link("breeds", "Breeds");
    link("calibration", "Calibration");
    link("confusion", "Confusion");
    if (report.datasetReport != null) {
      link("data", "Data");
    }
    if (!report.configuration.isEmpty()) {
      link("configuration", "Configuration");
    }
    link("environment", "Environment");
    html.end("ul").end("nav").line();
  }

  private void link(String section, String text) {
    html.start("li").element("a", text, "href", "#" + section).end("li").line();
  }

  private void section(String id, String heading) {
    html.start("section", "aria-labelledby", id).line();
    html.element("h2", heading, "id", id).line();
  }

  private void figures() {
    section("figures", "Figures");
    ConfidenceInterval interval = evaluation.accuracyInterval(INTERVAL_CONFIDENCE);
    html.start("dl", "class", "figures").line();
    share(
        "accuracy",
        "Accuracy",
        evaluation.accuracy(),
        "95 % sure: " + interval.toString().replace(" - ", " to "));
    if (evaluation.labels().size() > 5) {
      share("top5Accuracy", "Top-5 accuracy", evaluation.topAccuracy(5), "among the best five");
    }
    figure(
        "logLoss",
        "Log-loss",
        evaluation.logLoss(),
        decimals(evaluation.logLoss()),
        "guessing: " + decimals(Math.log(evaluation.labels().size())));
    share("macroF1", "Macro F1", evaluation.macroF1(), "each breed counts the same");
    share("weightedF1", "Weighted F1", evaluation.weightedF1(), "each photograph counts");
    Calibration calibration = evaluation.calibration();
    share(
        "calibrationError",
        "Calibration error",
        calibration.expectedError(),
        "mean confidence " + TextDrawing.precisePercent(calibration.meanConfidence()));
    html.end("dl").line();
    evaluation.beforeScaling().ifPresent(this::beforeAndAfter);
    html.end("section").line();
  }

  private void beforeAndAfter(Evaluation before) {
    html.element("h3", "Temperature scaling").line();
    html.start("p");
    html.text(
        "The logits are divided by a temperature of "
            + decimals(evaluation.temperature())
            + ", which changes how sure the model is and not what it says.");
    html.end("p").line();
    html.start("div", "class", "scroll").start("table", "class", "facts");
    html.start("thead").start("tr");
    html.element("td", "");
    html.element("th", "Before", "scope", "col", "class", "number");
    html.element("th", "After", "scope", "col", "class", "number");
    html.end("tr").end("thead").start("tbody").line();
    html.start("tr").element("th", "Log-loss", "scope", "row");
    numberCell("logLossBefore", before.logLoss(), decimals(before.logLoss()));
    numberCell("logLossAfter", evaluation.logLoss(), decimals(evaluation.logLoss()));
    html.end("tr").line();
    html.start("tr").element("th", "Calibration error", "scope", "row");
    double errorBefore = before.calibration().expectedError();
    double errorAfter = evaluation.calibration().expectedError();
    numberCell("calibrationErrorBefore", errorBefore, TextDrawing.precisePercent(errorBefore));
    numberCell("calibrationErrorAfter", errorAfter, TextDrawing.precisePercent(errorAfter));
    html.end("tr").end("tbody").end("table").end("div").line();
  }

  private void numberCell(String figure, double value, String text) {
    html.element("td", text, "class", "number", "data-figure", figure, "data-value", exact(value));
  }

  private void share(String id, String name, double value, String note) {
    figure(id, name, value, TextDrawing.precisePercent(value), note);
  }

  private void figure(String id, String name, double value, String text, String note) {
    html.start("div").element("dt", name);
    html.element("dd", text, "data-figure", id, "data-value", exact(value));
    html.element("dd", note, "class", "small");
    html.end("div").line();
  }

  private void curves() {
    if (report.series.isEmpty()) {
      return;
    }
    section("curves", "Learning curves");
    html.start("div", "class", "charts").line();
    LearningCurves.panels(report.series)
        .forEach(
            (quantity, members) ->
                SvgCharts.curves(html, LearningCurves.title(quantity, members), quantity, members));
    html.end("div").end("section").line();
  }

  private void pairs() {
    section("pairs", "Breeds most often confused");
    List<ConfusedPair> pairs = evaluation.confusion().mostConfused(report.pairs);
    if (pairs.isEmpty()) {
      html.element("p", "No breed was taken for another.");
    }
    for (ConfusedPair pair : pairs) {
      pair(pair);
    }
    html.end("section").line();
  }

  private void pair(ConfusedPair pair) {
    int truth = evaluation.labels().index(pair.truth());
    int predicted = evaluation.labels().index(pair.predicted());
    html.start("article", "class", "pair", "data-pair", pair.count()).line();
    html.start("h3").label(pair.truth()).text(" taken for ").label(pair.predicted());
    html.end("h3");
    html.start("p", "class", "muted");
    html.text(
        pair.count()
            + " of "
            + evaluation.confusion().support(truth)
            + " photographs, "
            + TextDrawing.precisePercent(pair.share()));
    html.end("p");
    List<Integer> mistaken =
        rows(row -> evaluation.truth(row) == truth && evaluation.predicted(row) == predicted);
    List<Integer> genuine =
        rows(row -> evaluation.truth(row) == predicted && evaluation.isRight(row));
    if (genuine.isEmpty()) {
      genuine = rows(row -> evaluation.truth(row) == predicted);
    }
    html.start("div", "class", "sides").line();
    side(mistaken, pair.truth(), " that passed for ", pair.predicted());
    side(genuine, pair.predicted(), " for comparison", "");
    html.end("div").end("article").line();
  }

  /** A few photographs, those first of which the model is surest, under what they show. */
  private void side(List<Integer> rows, String label, String words, String other) {
    List<Thumbnail> photos =
        rows.stream()
            .sorted(Comparator.comparingDouble((Integer row) -> -evaluation.confidence(row)))
            .map(row -> thumbnail(evaluation.id(row)))
            .flatMap(Optional::stream)
            .limit(PHOTOS_A_SIDE)
            .toList();
    if (photos.isEmpty()) {
      return;
    }
    html.start("figure").start("div", "class", "photos");
    for (Thumbnail photo : photos) {
      image(photo, TextDrawing.readable(label));
    }
    html.end("div").start("figcaption").start("small").label(label).text(words);
    if (!other.isEmpty()) {
      html.label(other);
    }
    html.end("small").end("figcaption").end("figure").line();
  }

  private List<Integer> rows(IntPredicate condition) {
    return IntStream.range(0, evaluation.size()).filter(condition).boxed().toList();
  }

  private void mistakes() {
    section("mistakes", "Worst mistakes");
    List<Mistake> mistakes = evaluation.worstMistakes(report.mistakes);
    if (mistakes.isEmpty()) {
      html.element("p", "There is none.");
    } else {
      html.element(
          "p",
          "The photographs that add most to the log-loss: the model was sure, and wrong. Some of"
              + " them carry a wrong label.");
      html.start("ol", "class", "cards").line();
      mistakes.forEach(this::mistake);
      html.end("ol");
    }
    html.end("section").line();
  }

  private void mistake(Mistake mistake) {
    html.start("li", "data-mistake", mistake.id(), "data-loss", exact(mistake.loss())).line();
    photograph(mistake.id(), TextDrawing.readable(mistake.truth()));
    Plot heatMap = report.heatMaps.get(mistake.id());
    if (heatMap != null) {
      image(Thumbnail.of(heatMap), "What the model looked at");
    }
    html.start("p", "class", "wrong");
    cross();
    html.text(" ").label(mistake.predicted());
    html.text(" " + TextDrawing.percent(mistake.probability())).end("p");
    html.start("p").text("is ").label(mistake.truth());
    html.text(", given " + TextDrawing.percent(mistake.truthProbability())).end("p");
    resembled(report.resembled.getOrDefault(mistake.id(), List.of()), resembling);
    html.start("p", "class", "muted").start("small");
    html.text("loss " + decimals(mistake.loss()) + ", ").element("bdi", mistake.id());
    html.end("small").end("p").end("li").line();
  }

  /** Small photographs side by side, with their labels. */
  private void resembled(List<Neighbour> neighbours, Map<String, Example> among) {
    if (neighbours.isEmpty()) {
      return;
    }
    html.start("div", "class", "likeness").element("p", "looks like");
    for (Neighbour neighbour : neighbours) {
      html.start("figure", "data-neighbour", neighbour.id());
      String label = neighbour.label();
      small(among.get(neighbour.id()), TextDrawing.readable(label == null ? "" : label));
      html.start("figcaption").start("small");
      if (label != null) {
        html.label(label).text(" ");
      }
      html.text(String.format(Locale.ROOT, "%.2f", neighbour.similarity()));
      html.end("small").end("figcaption").end("figure");
    }
    html.end("div").line();
  }

  private void small(@Nullable Example example, String description) {
    if (example == null) {
      return;
    }
    smallThumbnails
        .computeIfAbsent(
            example.image(),
            image -> {
              try {
                return Optional.of(Thumbnail.small(ImageDecoder.standard().decode(image)));
              } catch (UnreadableImageException e) {
                logger.warn("The report lacks a photograph: {}", e.getMessage());
                return Optional.empty();
              }
            })
        .ifPresentOrElse(
            photo -> image(photo, description),
            () -> html.element("p", "This photograph cannot be read.", "class", "gap"));
  }

  private void cross() {
    html.start("svg", "class", "mark", "viewBox", "0 0 16 16", "role", "img");
    html.element("title", "wrong");
    html.start("path", "d", "M3 3 13 13M13 3 3 13").end("path").end("svg");
  }

  /** A photograph, where there is one; a gap that says so where it cannot be read. */
  private void photograph(String id, String description) {
    thumbnail(id).ifPresent(photo -> image(photo, description));
    if (unreadable.contains(id)) {
      html.element("p", "This photograph cannot be read.", "class", "gap", "data-unreadable", id);
    }
  }

  private void image(Thumbnail photo, String description) {
    html.empty(
        "img",
        "src",
        photo.dataUri(),
        "width",
        photo.width(),
        "height",
        photo.height(),
        "alt",
        description);
  }

  private Optional<Thumbnail> thumbnail(String id) {
    Example example = examples.get(id);
    if (example == null) {
      return Optional.empty();
    }
    return thumbnails.computeIfAbsent(
        id,
        key -> {
          try {
            return Optional.of(Thumbnail.of(ImageDecoder.standard().decode(example.image())));
          } catch (UnreadableImageException e) {
            logger.warn("The report lacks a photograph: {}", e.getMessage());
            unreadable.add(id);
            return Optional.empty();
          }
        });
  }

  private void breeds() {
    section("breeds", "Breeds");
    List<BreedScore> scores = evaluation.perBreed();
    extremes(scores);
    html.start("div", "class", "search", "hidden", "hidden").line();
    html.start("label", "for", "breed-search").text("Search a breed").end("label");
    html.empty("input", "type", "search", "id", "breed-search", "autocomplete", "off");
    html.start("output", "id", "breed-status", "aria-live", "polite", "for", "breed-search");
    html.end("output").end("div").line();
    scroller("Breeds");
    html.start("table", "id", "breed-table").line();
    html.element("caption", "How well each breed is recognised", "class", "muted").line();
    html.start("thead").start("tr");
    column("Breed", "text", "ascending");
    for (String name : List.of("Photographs", "Precision", "Recall", "F1")) {
      column(name, "number", "none");
    }
    column("Most often taken for", "text", "none");
    html.end("tr").end("thead").start("tbody").line();
    scores.stream()
        .sorted(Comparator.comparing(score -> TextDrawing.readable(score.label())))
        .forEach(this::breed);
    html.end("tbody").end("table").end("div").end("section").line();
  }

  private void extremes(List<BreedScore> scores) {
    List<BreedScore> shown =
        new ArrayList<>(scores.stream().filter(score -> score.support() > 0).toList());
    if (shown.size() < 2 * EXTREMES) {
      return;
    }
    // Among equals those first of which more photographs say so.
    Comparator<BreedScore> known = Comparator.comparingInt(BreedScore::support).reversed();
    shown.sort(Comparator.comparingDouble(BreedScore::f1).thenComparing(known));
    List<BreedScore> worst = List.copyOf(shown.subList(0, EXTREMES));
    shown.sort(Comparator.comparingDouble(BreedScore::f1).reversed().thenComparing(known));
    List<BreedScore> best = shown.subList(0, EXTREMES);
    html.start("div", "class", "sides").line();
    extreme("Best", best);
    extreme("Worst", worst);
    html.end("div").line();
  }

  private void extreme(String heading, List<BreedScore> scores) {
    html.start("div").element("h3", heading).start("ol");
    for (BreedScore score : scores) {
      html.start("li").label(score.label());
      html.text(", F1 " + TextDrawing.precisePercent(score.f1())).end("li");
    }
    html.end("ol").end("div").line();
  }

  private void column(String name, String type, String sort) {
    html.start(
        "th",
        "scope",
        "col",
        "data-type",
        type,
        "aria-sort",
        sort,
        "class",
        type.equals("number") ? "number" : "name");
    html.element("button", name, "type", "button").end("th").line();
  }

  private void breed(BreedScore score) {
    String name = TextDrawing.readable(score.label());
    html.start("tr", "data-label", score.label());
    html.start("th", "scope", "row", "data-value", name).label(score.label()).end("th");
    cell("support", score.support(), Integer.toString(score.support()));
    cell("precision", score.precision(), TextDrawing.precisePercent(score.precision()));
    cell("recall", score.recall(), TextDrawing.precisePercent(score.recall()));
    cell("f1", score.f1(), TextDrawing.precisePercent(score.f1()));
    mostOftenTakenFor(score);
    html.end("tr").line();
  }

  private void cell(String figure, double value, String text) {
    html.element("td", text, "class", "number", "data-figure", figure, "data-value", exact(value));
  }

  private void mostOftenTakenFor(BreedScore score) {
    ConfusionMatrix confusion = evaluation.confusion();
    int truth = evaluation.labels().index(score.label());
    int most = -1;
    for (int other = 0; other < evaluation.labels().size(); other++) {
      int count = confusion.count(truth, other);
      if (other != truth && count > 0 && (most < 0 || count > confusion.count(truth, most))) {
        most = other;
      }
    }
    if (most < 0) {
      html.start("td", "data-value", "").end("td");
      return;
    }
    String other = evaluation.labels().name(most);
    html.start("td", "data-value", TextDrawing.readable(other)).label(other);
    html.text(" (" + confusion.count(truth, most) + ")").end("td");
  }

  private void calibration() {
    Calibration calibration = evaluation.calibration();
    section("calibration", "Calibration");
    html.start("p");
    html.text(
        "Of the photographs the model is 80 % sure of, 80 % should be right. On the dashed line it"
            + " can be taken at its word; below, it is too sure.");
    html.end("p").line();
    html.start("div", "class", "sides").line();
    html.start("figure", "class", "chart");
    html.element("figcaption", "how often the model is right");
    SvgCharts.reliability(html, calibration);
    html.end("figure").line();
    scroller("Calibration");
    html.start("table").line();
    html.start("thead").start("tr");
    for (String name : List.of("Confidence", "Is sure", "Is right", "Photographs")) {
      html.element("th", name, "scope", "col", "class", "number");
    }
    html.end("tr").end("thead").start("tbody").line();
    for (Calibration.Bin bin : calibration.bins()) {
      html.start("tr");
      html.element(
          "th",
          String.format(Locale.ROOT, "%.0f–%.0f %%", 100 * bin.lower(), 100 * bin.upper()),
          "scope",
          "row",
          "class",
          "number");
      cell("binConfidence", bin.confidence(), TextDrawing.precisePercent(bin.confidence()));
      cell("binAccuracy", bin.accuracy(), TextDrawing.precisePercent(bin.accuracy()));
      cell("binCount", bin.count(), Integer.toString(bin.count()));
      html.end("tr").line();
    }
    html.end("tbody").end("table").end("div").end("div").end("section").line();
  }

  private void confusion() {
    section("confusion", "Confusion");
    html.start("p");
    html.text(
        "A row for every true breed, a column for every predicted one; the stronger a cell's"
            + " colour, the larger its share of the row. Point at a cell for its numbers.");
    html.end("p").line();
    scroller("Confusion of all breeds");
    SvgCharts.confusion(html, evaluation.confusion());
    html.end("div").end("section").line();
  }

  /** What may be wider than the window scrolls by itself, with the arrow keys as well. */
  private void scroller(String name) {
    html.start("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", name);
  }

  private void data() {
    DatasetReport data = report.datasetReport;
    if (data == null) {
      return;
    }
    data.dataset().forEach(example -> examples.putIfAbsent(example.id(), example));
    section("data", "Data");
    html.start("dl", "class", "figures").line();
    count("images", "Photographs", data.dataset().size());
    count("brokenImages", "Cannot be read", data.brokenImages().size());
    count("copies", "Copied files", data.copies().size());
    count("nearDuplicates", "Near-duplicates", data.nearDuplicates().size());
    count("smallImages", "Too small", data.smallImages().size());
    count("oddImages", "Oddly shaped", data.oddlyShapedImages().size());
    count("rareBreeds", "Rare breeds", data.rareBreeds().size());
    count("suspects", "Doubtful labels", data.suspects().size());
    html.end("dl").line();
    if (data.isClean()) {
      html.element("p", "Nothing was found to be wrong.");
    }
    suspects(data);
    nearDuplicates(data.nearDuplicates());
    copies(data.copies());
    broken(data.brokenImages());
    sizes("Too small", data.smallImages());
    sizes("Oddly shaped", data.oddlyShapedImages());
    rare(data);
    html.end("section").line();
  }

  private void count(String id, String name, int count) {
    html.start("div").element("dt", name);
    html.element(
        "dd", Integer.toString(count), "data-figure", id, "data-value", Integer.toString(count));
    html.end("div").line();
  }

  /** A heading that says when only the first of many are shown. */
  private <T> List<T> first(String heading, List<T> all) {
    if (!all.isEmpty()) {
      boolean some = all.size() > FINDINGS;
      html.element("h3", heading + (some ? ", the first " + FINDINGS : "")).line();
    }
    return all.subList(0, Math.min(FINDINGS, all.size()));
  }

  private void suspects(DatasetReport data) {
    List<DatasetReport.Suspect> suspects = first("Doubtful labels", data.suspects());
    if (suspects.isEmpty()) {
      return;
    }
    html.start("ol", "class", "cards").line();
    for (DatasetReport.Suspect suspect : suspects) {
      html.start("li", "data-suspect", suspect.id());
      photograph(suspect.id(), TextDrawing.readable(suspect.label()));
      html.start("p").text("labelled ").label(suspect.label());
      html.text(", given " + TextDrawing.percent(suspect.labelProbability())).end("p");
      html.start("p").text("perhaps ").label(suspect.suggestion());
      html.text(", " + TextDrawing.percent(suspect.suggestionProbability())).end("p");
      resembled(data.resembled(suspect), examples);
      html.start("p", "class", "muted").start("small").element("bdi", suspect.id());
      html.end("small").end("p").end("li").line();
    }
    html.end("ol").line();
  }

  private void nearDuplicates(List<DatasetReport.SimilarPair> all) {
    // Those first whose labels cannot both be right.
    List<DatasetReport.SimilarPair> pairs =
        first(
            "Near-duplicates",
            all.stream().sorted(Comparator.comparing(pair -> !pair.isContradictory())).toList());
    if (pairs.isEmpty()) {
      return;
    }
    html.start("div", "class", "sides").line();
    for (DatasetReport.SimilarPair pair : pairs) {
      html.start("article", "class", "pair", "data-similar", exact(pair.similarity()));
      html.start("div", "class", "twins");
      duplicate(pair.first(), pair.firstLabel());
      duplicate(pair.second(), pair.secondLabel());
      html.end("div");
      html.start("p", "class", pair.isContradictory() ? "wrong" : "muted");
      html.text(String.format(Locale.ROOT, "similarity %.3f", pair.similarity()));
      html.text(pair.isContradictory() ? ", but the labels differ" : "");
      html.end("p").end("article").line();
    }
    html.end("div").line();
  }

  private void duplicate(String id, @Nullable String label) {
    html.start("figure").start("div", "class", "photo");
    photograph(id, TextDrawing.readable(label == null ? id : label));
    html.end("div").start("figcaption").start("small");
    if (label != null) {
      html.label(label).text(", ");
    }
    html.element("bdi", id).end("small").end("figcaption").end("figure");
  }

  private void copies(List<DatasetReport.Copies> all) {
    List<DatasetReport.Copies> copies = first("Copied files", all);
    if (copies.isEmpty()) {
      return;
    }
    html.start("ul").line();
    for (DatasetReport.Copies group : copies) {
      html.start("li").element("bdi", String.join(", ", group.ids()));
      if (group.isContradictory()) {
        html.text(" ").start("span", "class", "wrong").text("labelled ");
        for (int i = 0; i < group.labels().size(); i++) {
          html.text(i == 0 ? "" : " and ").label(group.labels().get(i));
        }
        html.end("span");
      }
      html.end("li").line();
    }
    html.end("ul").line();
  }

  private void broken(List<DatasetReport.BrokenImage> all) {
    List<DatasetReport.BrokenImage> broken = first("Photographs that cannot be read", all);
    if (broken.isEmpty()) {
      return;
    }
    html.start("div", "class", "scroll").start("table", "class", "facts").start("tbody").line();
    for (DatasetReport.BrokenImage image : broken) {
      html.start("tr").start("th", "scope", "row").element("bdi", image.id()).end("th");
      html.element("td", image.problem()).end("tr").line();
    }
    html.end("tbody").end("table").end("div").line();
  }

  private void sizes(String heading, List<DatasetReport.OddImage> all) {
    List<DatasetReport.OddImage> images = first(heading, all);
    if (images.isEmpty()) {
      return;
    }
    html.start("ol", "class", "cards").line();
    for (DatasetReport.OddImage image : images) {
      html.start("li", "data-odd", image.id());
      photograph(image.id(), image.id());
      html.element("p", image.width() + " × " + image.height());
      html.start("p", "class", "muted").start("small").element("bdi", image.id());
      html.end("small").end("p").end("li").line();
    }
    html.end("ol").line();
  }

  private void rare(DatasetReport data) {
    if (!data.dataset().isLabelled()) {
      return;
    }
    List<LabelCount> rare = data.rareBreeds();
    int fewest = data.thresholds().fewestImages();
    html.element("h3", "Balance").start("p");
    double imbalance = data.dataset().summary().imbalance();
    html.text("The most common breed has ");
    html.element(
        "span",
        String.format(Locale.ROOT, "%.1f", imbalance),
        "data-figure",
        "imbalance",
        "data-value",
        exact(imbalance));
    html.text(" times the photographs of the least common one.").end("p").line();
    if (rare.isEmpty()) {
      return;
    }
    html.start("p").text("Fewer than " + fewest + " photographs: ");
    for (int i = 0; i < Math.min(FINDINGS, rare.size()); i++) {
      html.text(i == 0 ? "" : ", ").label(rare.get(i).label());
      html.text(" (" + rare.get(i).images() + ")");
    }
    html.text(rare.size() > FINDINGS ? " and " + (rare.size() - FINDINGS) + " more." : ".");
    html.end("p").line();
  }

  private void facts(String id, String heading, Map<String, String> facts) {
    if (facts.isEmpty()) {
      return;
    }
    section(id, heading);
    html.start("div", "class", "scroll").start("table", "class", "facts").start("tbody").line();
    facts.forEach(
        (name, value) -> {
          html.start("tr").element("th", name, "scope", "row").element("td", value);
          html.end("tr").line();
        });
    html.end("tbody").end("table").end("div").end("section").line();
  }

  private static String decimals(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** In full precision, for programs; empty where there is no number. */
  private static String exact(double value) {
    return Double.isNaN(value) ? "" : Double.toString(value);
  }

  private static String hash(String content) {
    byte[] hash = Hashing.sha256().hashString(content, StandardCharsets.UTF_8).asBytes();
    return "sha256-" + Base64.getEncoder().encodeToString(hash);
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReportPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("The library's jar has no " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
