package dev.dogvision.report;

import com.google.common.net.UrlEscapers;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one report's page, section by section. */
final class HtmlReportPage {
  private static final Logger logger = LoggerFactory.getLogger(HtmlReportPage.class);
  private static final int PHOTOS_A_SIDE = 3;
  private static final int EXTREMES = 5;
  private static final int BARS = 3;
  private static final int LISTED_PAIRS = 20;

  /** So many breeds at most are columns of a table of text; more are drawn. */
  private static final int MOST_COLUMNS = 16;

  /** A right answer with a probability from here on is not shown as unsure. */
  private static final double SURE = 0.9;

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
    HtmlPage.start(html, report.title, "figures", "the figures");
    header();
    navigation();
    html.start("main").line();
    figures();
    curves();
    pairs();
    mistakes();
    unsure();
    breeds();
    calibration();
    confusion();
    data();
    configuration();
    environment();
    html.end("main").line();
    HtmlPage.end(html);
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
    Map<String, String> sections = new LinkedHashMap<>();
    sections.put("figures", "Figures");
    if (report.curves != null) {
      sections.put("curves", "Curves");
    }
    sections.put("pairs", "Confused pairs");
    sections.put("mistakes", "Mistakes");
    sections.put("unsure", "Unsure");
    sections.put("breeds", "Breeds");
    sections.put("calibration", "Calibration");
    sections.put("confusion", "Confusion");
    if (report.datasetReport != null) {
      sections.put("data", "Data");
    }
    if (!report.configuration.isEmpty() || !report.usual.isEmpty()) {
      sections.put("configuration", "Configuration");
    }
    sections.put("environment", "Environment");
    HtmlPage.navigation(html, sections);
  }

  private void section(String id, String heading) {
    HtmlPage.section(html, id, heading);
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
    LearningCurves curves = report.curves;
    if (curves == null) {
      return;
    }
    section("curves", "Learning curves");
    int chosen = curves.chosenEpoch();
    if (chosen > 0) {
      html.element(
          "p", "The model has the weights of epoch " + chosen + ", where the dashed line stands.");
    }
    if (!curves.constants().isEmpty()) {
      html.element("p", LearningCurves.inWords(curves.constants()), "data-constants", "").line();
    }
    html.start("div", "class", "charts").line();
    LearningCurves.panels(curves.drawn())
        .forEach(
            (quantity, members) -> {
              List<SvgCharts.Curve> drawn = new ArrayList<>();
              members.forEach(
                  (name, values) ->
                      drawn.add(
                          new SvgCharts.Curve(
                              LearningCurves.legend(name, quantity),
                              values,
                              chosen,
                              drawn.size())));
              SvgCharts.curves(
                  html,
                  new SvgCharts.Panel(
                      LearningCurves.title(quantity, members),
                      LearningCurves.isShare(quantity),
                      drawn,
                      chosen));
            });
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
      HtmlPage.image(html, photo, TextDrawing.readable(label));
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
      HtmlPage.image(html, Thumbnail.of(heatMap), "What the model looked at");
    }
    html.start("p", "class", "wrong");
    cross();
    html.text(" ").label(mistake.predicted());
    html.text(" " + TextDrawing.percent(mistake.probability())).end("p");
    html.start("p").text("is ").label(mistake.truth());
    html.text(", given " + TextDrawing.percent(mistake.truthProbability())).end("p");
    bars(mistake.row());
    resembled(report.resembled.getOrDefault(mistake.id(), List.of()), resembling);
    html.start("p", "class", "muted").start("small");
    html.text("loss " + decimals(mistake.loss()) + ", ").element("bdi", mistake.id());
    html.end("small").end("p").end("li").line();
  }

  /** The breeds that a photograph speaks for most, and the true one, as bars of one scale. */
  private void bars(int row) {
    float[] probabilities = evaluation.probabilities(row);
    int truth = evaluation.truth(row);
    List<Integer> shown =
        IntStream.range(0, probabilities.length)
            .boxed()
            .sorted(Comparator.comparingDouble(label -> -probabilities[label]))
            .limit(BARS)
            .collect(Collectors.toCollection(ArrayList::new));
    if (!shown.contains(truth)) {
      shown.add(truth);
    }
    html.start("ul", "class", "bars").line();
    for (int label : shown) {
      html.start("li", "data-probability", exact(probabilities[label]));
      html.start("span").label(evaluation.labels().name(label)).end("span");
      html.element("span", TextDrawing.percent(probabilities[label]));
      SvgCharts.bar(html, label == truth ? "true" : "other", probabilities[label]);
      html.end("li").line();
    }
    html.end("ul").line();
  }

  /** Right answers that could as well have been wrong. */
  private void unsure() {
    section("unsure", "Right, but unsure");
    List<Integer> rows = unsureRows(evaluation);
    String sure = TextDrawing.percent(SURE);
    if (rows.isEmpty()) {
      html.element("p", "None: no right answer has less than " + sure + ".");
    } else {
      int right = evaluation.confusion().correct();
      html.start("p");
      html.text(
          rows.size()
              + " of the "
              + right
              + " right answers "
              + (rows.size() == 1 ? "has" : "have")
              + " less than "
              + sure
              + ". These are the least probable ones: photographs that the model finds hard, or"
              + " breeds that it tells apart with difficulty.");
      html.end("p").line();
      html.start("ol", "class", "cards").line();
      rows.stream().limit(report.unsure).forEach(this::unsure);
      html.end("ol");
    }
    html.end("section").line();
  }

  /** Right answers that are not very probable, the least probable first. */
  static List<Integer> unsureRows(Evaluation evaluation) {
    return IntStream.range(0, evaluation.size())
        .filter(row -> evaluation.isRight(row) && evaluation.confidence(row) < SURE)
        .boxed()
        .sorted(Comparator.comparingDouble(evaluation::confidence))
        .toList();
  }

  private void unsure(int row) {
    String id = evaluation.id(row);
    String label = evaluation.labels().name(evaluation.truth(row));
    html.start("li", "data-unsure", id, "data-value", exact(evaluation.confidence(row))).line();
    photograph(id, TextDrawing.readable(label));
    html.start("p", "class", "right");
    tick();
    html.text(" ").label(label);
    html.text(" " + TextDrawing.percent(evaluation.confidence(row))).end("p");
    bars(row);
    for (String doubt : report.doubts.getOrDefault(id, List.of())) {
      html.element("p", doubt, "class", "doubt");
    }
    html.start("p", "class", "muted").start("small").element("bdi", id);
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
            photo -> HtmlPage.image(html, photo, description),
            () -> html.element("p", "This photograph cannot be read.", "class", "gap"));
  }

  private void tick() {
    html.start("svg", "class", "mark", "viewBox", "0 0 16 16", "role", "img");
    html.element("title", "right");
    html.start("path", "d", "M2 9 6 13 14 3").end("path").end("svg");
  }

  private void cross() {
    html.start("svg", "class", "mark", "viewBox", "0 0 16 16", "role", "img");
    html.element("title", "wrong");
    html.start("path", "d", "M3 3 13 13M13 3 3 13").end("path").end("svg");
  }

  /** A photograph, where there is one; a gap that says so where it cannot be read. */
  private void photograph(String id, String description) {
    thumbnail(id).ifPresent(photo -> HtmlPage.image(html, photo, description));
    if (unreadable.contains(id)) {
      html.element("p", "This photograph cannot be read.", "class", "gap", "data-unreadable", id);
    }
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

  /** The best and the worst, of which none is both: with few breeds the lists are shorter. */
  private void extremes(List<BreedScore> scores) {
    List<BreedScore> shown =
        new ArrayList<>(scores.stream().filter(score -> score.support() > 0).toList());
    if (shown.size() < 2) {
      return;
    }
    // Among equals those first of which more photographs say so.
    Comparator<BreedScore> known =
        Comparator.comparingInt(BreedScore::support)
            .reversed()
            .thenComparing(score -> TextDrawing.readable(score.label()));
    shown.sort(Comparator.comparingDouble(BreedScore::f1).reversed().thenComparing(known));
    double highest = shown.get(0).f1();
    if (highest == shown.get(shown.size() - 1).f1()) {
      html.element(
          "p",
          "All "
              + shown.size()
              + " breeds have the same F1, "
              + TextDrawing.precisePercent(highest)
              + ".",
          "data-tie",
          "all");
      return;
    }
    int most = Math.min(EXTREMES, shown.size() / 2);
    List<BreedScore> best = shown.subList(0, most);
    double leastOfBest = best.get(most - 1).f1();
    List<BreedScore> worse =
        shown.stream()
            .filter(score -> score.f1() < leastOfBest)
            .sorted(Comparator.comparingDouble(BreedScore::f1).thenComparing(known))
            .toList();
    if (worse.isEmpty()) { // all that are not among the best tie with the last of these
      best = shown.stream().filter(score -> score.f1() > leastOfBest).toList();
      worse = shown.stream().filter(score -> score.f1() == leastOfBest).sorted(known).toList();
    }
    html.start("div", "class", "sides").line();
    extreme("Best", best, shown);
    extreme("Worst", worse.subList(0, Math.min(most, worse.size())), shown);
    html.end("div").line();
  }

  private void extreme(String heading, List<BreedScore> listed, List<BreedScore> all) {
    html.start("div").element("h3", heading).start("ol");
    for (BreedScore score : listed) {
      html.start("li").label(score.label());
      html.text(", F1 " + TextDrawing.precisePercent(score.f1())).end("li");
    }
    html.end("ol");
    double last = listed.get(listed.size() - 1).f1();
    long equal =
        all.stream().filter(score -> score.f1() == last && !listed.contains(score)).count();
    if (equal > 0) {
      html.element(
          "p",
          equal
              + (equal == 1 ? " more has" : " more have")
              + " an F1 of "
              + TextDrawing.precisePercent(last)
              + " too.",
          "class",
          "muted",
          "data-tie",
          equal);
    }
    html.end("div").line();
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
            + " can be taken at its word; below, it is too sure. The larger a dot, the more"
            + " photographs it stands for; the line through it holds the true share with 95 %"
            + " confidence. The bars below count the photographs.");
    html.end("p").line();
    html.element("p", inWords(calibration), "data-words", "calibration").line();
    html.start("div", "class", "sides").line();
    html.start("figure", "class", "chart");
    html.element("figcaption", "how often the model is right");
    SvgCharts.reliability(html, calibration);
    html.end("figure").line();
    scroller("Calibration");
    html.start("table", "class", "tight").line();
    html.element("caption", "How sure the model is and how often right", "class", "muted").line();
    html.start("thead").start("tr");
    for (String name : List.of("Confidence", "Is sure", "Is right", "95 % sure", "Photographs")) {
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
      html.element(
          "td",
          bin.count() == 0
              ? "–"
              : ReliabilityDiagram.interval(bin).toString().replace(" - ", " to "),
          "class",
          "number",
          "data-interval",
          bin.count());
      cell("binCount", bin.count(), Integer.toString(bin.count()));
      html.end("tr").line();
    }
    html.end("tbody").end("table").end("div").end("div").end("section").line();
  }

  private String inWords(Calibration calibration) {
    double confidence = calibration.meanConfidence();
    double accuracy = evaluation.accuracy();
    String verdict =
        Math.abs(confidence - accuracy) < 0.005
            ? "as sure as it is right"
            : confidence > accuracy ? "surer than it is right" : "less sure than it is right";
    return String.format(
        Locale.ROOT,
        "Calibration error %.1f %%: so far is its word from the truth on average. It is %.1f %% sure"
            + " and %.1f %% right: on the whole %s.",
        100 * calibration.expectedError(),
        100 * confidence,
        100 * accuracy,
        verdict);
  }

  private void confusion() {
    section("confusion", "Confusion");
    html.start("p");
    html.text(
        "A row for every true breed, a column for every predicted one, and in each cell the number"
            + " of photographs; the stronger its colour, the larger its share of the row.");
    html.end("p").line();
    legend();
    ConfusionMatrix confusion = evaluation.confusion();
    scroller("Confusion of all breeds");
    if (confusion.labels().size() <= MOST_COLUMNS) {
      matrix(confusion);
    } else {
      SvgCharts.confusion(html, confusion);
    }
    html.end("div").line();
    confusedPairs(confusion);
    html.end("section").line();
  }

  private void legend() {
    html.start("ul", "class", "legend heat");
    html.start("li").text("Share of the row, up to").end("li");
    for (int step = 1; step <= 8; step++) {
      html.start("li").start("span", "class", "swatch h" + step).end("span");
      html.text(TextDrawing.percent(step * step / 64.0)).end("li");
    }
    html.end("ul").line();
  }

  private void matrix(ConfusionMatrix confusion) {
    List<String> names = confusion.labels().names();
    html.start("table", "class", "confusion").line();
    html.element("caption", "True breeds down, predicted breeds across", "class", "muted").line();
    html.start("thead").start("tr").element("td", "");
    for (String name : names) {
      html.start("th", "scope", "col").start("span").label(name).end("span").end("th");
    }
    html.end("tr").end("thead").start("tbody").line();
    for (int row = 0; row < names.size(); row++) {
      html.start("tr").start("th", "scope", "row").label(names.get(row)).end("th");
      for (int column = 0; column < names.size(); column++) {
        int count = confusion.count(row, column);
        if (count == 0) {
          html.start("td", "class", "h0").end("td");
        } else {
          html.element(
              "td",
              Integer.toString(count),
              "class",
              "h" + SvgCharts.step(count, confusion.support(row)),
              "title",
              SvgCharts.describe(confusion, row, column));
        }
      }
      html.end("tr").line();
    }
    html.end("tbody").end("table");
  }

  /** The pairs in words, which a matrix of many breeds is too small for. */
  private void confusedPairs(ConfusionMatrix confusion) {
    List<ConfusedPair> pairs = confusion.mostConfused(LISTED_PAIRS);
    if (pairs.isEmpty()) {
      return;
    }
    int all = confusion.mostConfused(Integer.MAX_VALUE).size();
    scroller("Most confused pairs");
    html.start("table", "id", "confused-pairs");
    html.element(
        "caption",
        all > pairs.size()
            ? "The " + pairs.size() + " most confused of " + all + " pairs"
            : "All confused pairs",
        "class",
        "muted");
    html.start("thead").start("tr");
    html.element("th", "Breed", "scope", "col").element("th", "Taken for", "scope", "col");
    for (String name : List.of("Photographs", "Share", "The other way round")) {
      html.element("th", name, "scope", "col", "class", "number");
    }
    html.end("tr").end("thead").start("tbody").line();
    for (ConfusedPair pair : pairs) {
      int truth = confusion.labels().index(pair.truth());
      int predicted = confusion.labels().index(pair.predicted());
      html.start("tr").start("th", "scope", "row").label(pair.truth()).end("th");
      html.start("td").label(pair.predicted()).end("td");
      html.element("td", pair.count() + " of " + confusion.support(truth), "class", "number");
      html.element("td", TextDrawing.precisePercent(pair.share()), "class", "number");
      html.element(
          "td",
          confusion.count(/* truth= */ predicted, /* predicted= */ truth)
              + " of "
              + confusion.support(predicted),
          "class",
          "number");
      html.end("tr").line();
    }
    html.end("tbody").end("table").end("div").line();
  }

  private void scroller(String name) {
    HtmlPage.scroller(html, name);
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
    if (report.suspectsPage != null) {
      String address = UrlEscapers.urlPathSegmentEscaper().escape(report.suspectsPage);
      html.start("p").element("a", "Decide about suspects: keep, relabel or drop", "href", address);
      html.end("p").line();
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

  private void configuration() {
    if (report.configuration.isEmpty() && report.usual.isEmpty()) {
      return;
    }
    section("configuration", "Configuration");
    HtmlPage.facts(html, "How the model was made", report.configuration);
    if (!report.usual.isEmpty()) {
      html.start("details");
      int folded = report.usual.size();
      html.element("summary", "Left as usual: " + folded + (folded == 1 ? " setting" : " settings"))
          .line();
      HtmlPage.facts(html, "Settings that are as usual", report.usual);
      html.end("details").line();
    }
    html.end("section").line();
  }

  private void environment() {
    if (report.environment.isEmpty()) {
      return;
    }
    section("environment", "Environment");
    HtmlPage.facts(html, "Where the report was written", report.environment);
    html.end("section").line();
  }

  private static String decimals(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** In full precision, for programs; empty where there is no number. */
  private static String exact(double value) {
    return Double.isNaN(value) ? "" : Double.toString(value);
  }
}
