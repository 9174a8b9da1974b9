package dev.dogvision.report;

import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.McNemar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Writes the page of several runs. */
final class RunComparisonPage {
  private static final double CONFIDENCE = 0.95;
  private static final double SIGNIFICANT = 0.05;

  private final List<RunComparison.Compared> compared;
  private final String title;
  private final HtmlWriter html = new HtmlWriter();

  RunComparisonPage(RunComparison comparison) {
    this.compared = comparison.compared;
    this.title = comparison.title;
  }

  String toHtml() {
    HtmlPage.start(html, title, "scores", "the scores");
    html.start("header").line();
    html.element("h1", title).line();
    html.element(
        "p",
        compared.size() + (compared.size() == 1 ? " run" : " runs") + ", in the order given.",
        "class",
        "muted");
    html.end("header").line();
    Map<String, String> sections = new LinkedHashMap<>();
    sections.put("scores", "Scores");
    sections.put("chance", "More than chance?");
    sections.put("curves", "Curves");
    sections.put("settings", "Settings");
    sections.put("environment", "Environment");
    HtmlPage.navigation(html, sections);
    html.start("main").line();
    scores();
    chance();
    curves();
    settings();
    HtmlPage.section(html, "environment", "Environment");
    HtmlPage.facts(html, "Where the page was written", HtmlReport.standardEnvironment());
    html.end("section").line();
    html.end("main").line();
    HtmlPage.end(html);
    return html.toString();
  }

  private void scores() {
    HtmlPage.section(html, "scores", "Scores");
    HtmlPage.scroller(html, "Scores");
    html.start("table", "id", "scores-table").line();
    html.element("caption", "What came of each run", "class", "muted").line();
    html.start("thead").start("tr").element("th", "Run", "scope", "col");
    for (String name :
        List.of(
            "Photographs",
            "Accuracy",
            "95 % sure",
            "Log-loss",
            "Macro F1",
            "Calibration error",
            "Epochs",
            "Weights of epoch",
            "Training time")) {
      html.element("th", name, "scope", "col", "class", "number");
    }
    html.end("tr").end("thead").start("tbody").line();
    for (RunComparison.Compared one : compared) {
      Evaluation evaluation = one.evaluation();
      LearningCurves curves = one.curves();
      html.start("tr", "data-run", one.name());
      html.element("th", one.name(), "scope", "row");
      number("photographs", evaluation.size(), Integer.toString(evaluation.size()));
      share("accuracy", evaluation.accuracy());
      text(evaluation.accuracyInterval(CONFIDENCE).toString().replace(" - ", " to "));
      number(
          "logLoss",
          evaluation.logLoss(),
          String.format(Locale.ROOT, "%.3f", evaluation.logLoss()));
      share("macroF1", evaluation.macroF1());
      share("calibrationError", evaluation.calibration().expectedError());
      text(
          curves == null
              ? "–"
              : Integer.toString(
                  curves.series().values().stream().mapToInt(List::size).max().orElse(0)));
      text(curves == null ? "–" : Integer.toString(curves.chosenEpoch()));
      text(one.duration().map(RunComparisonPage::words).orElse("–"));
      html.end("tr").line();
    }
    html.end("tbody").end("table").end("div");
    if (compared.stream().map(one -> one.evaluation().labels().size()).distinct().count() > 1) {
      html.element(
          "p",
          "Not all of them choose from the same number of breeds: from more it is harder, which"
              + " lowers the figures.");
    }
    html.end("section").line();
  }

  private void share(String figure, double value) {
    number(figure, value, TextDrawing.precisePercent(value));
  }

  private void number(String figure, double value, String text) {
    html.element(
        "td",
        text,
        "class",
        "number",
        "data-figure",
        figure,
        "data-value",
        Double.isNaN(value) ? "" : Double.toString(value));
  }

  private void text(String text) {
    html.element("td", text, "class", "number");
  }

  /** For example: 2 min 5 s. */
  static String words(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 10) {
      return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
    return seconds < 60
        ? seconds + " s"
        : seconds < 3600
            ? seconds / 60 + " min " + seconds % 60 + " s"
            : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
  }

  private void chance() {
    HtmlPage.section(html, "chance", "More than chance?");
    int pairs = compared.size() * (compared.size() - 1) / 2;
    if (pairs == 0) {
      html.element("p", "There is one run only.");
      html.end("section").line();
      return;
    }
    html.element(
        "p",
        "Of each pair only the photographs count that one has right and the other wrong. p says how"
            + " often two models of the same quality would differ as much or more (McNemar's"
            + " test)."
            + (pairs > 1
                ? " Of so many pairs one easily differs by chance, so that p must be below "
                    + ChartStyle.number(SIGNIFICANT)
                    + " / "
                    + pairs
                    + "."
                : ""));
    HtmlPage.scroller(html, "More than chance?");
    html.start("table", "id", "chance-table").line();
    html.element("caption", "Each pair of runs", "class", "muted").line();
    html.start("thead").start("tr");
    html.element("th", "One", "scope", "col").element("th", "The other", "scope", "col");
    for (String name : List.of("Only the one is right", "Only the other", "p")) {
      html.element("th", name, "scope", "col", "class", "number");
    }
    html.element("th", "In words", "scope", "col");
    html.end("tr").end("thead").start("tbody").line();
    for (int i = 0; i < compared.size(); i++) {
      for (int j = i + 1; j < compared.size(); j++) {
        pair(compared.get(i), compared.get(j), SIGNIFICANT / pairs);
      }
    }
    html.end("tbody").end("table").end("div").end("section").line();
  }

  private void pair(RunComparison.Compared one, RunComparison.Compared other, double significant) {
    html.start("tr", "data-pair", one.name() + " | " + other.name());
    html.element("th", one.name(), "scope", "row").element("td", other.name());
    if (!areOfTheSamePhotographs(one.evaluation(), other.evaluation())) {
      text("–");
      text("–");
      text("–");
      html.element("td", "not evaluated on the same photographs in the same order");
      html.end("tr").line();
      return;
    }
    McNemar test = McNemar.test(one.evaluation(), other.evaluation());
    number("onlyFirst", test.onlyFirstRight(), Integer.toString(test.onlyFirstRight()));
    number("onlySecond", test.onlySecondRight(), Integer.toString(test.onlySecondRight()));
    number(
        "p",
        test.pValue(),
        test.pValue() < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", test.pValue()));
    if (test.pValue() >= significant) {
      html.element("td", "may well be chance");
    } else {
      boolean first = test.onlyFirstRight() > test.onlySecondRight();
      html.element("td", (first ? one : other).name() + " is better");
    }
    html.end("tr").line();
  }

  private static boolean areOfTheSamePhotographs(Evaluation one, Evaluation other) {
    if (!one.ids().equals(other.ids())) {
      return false;
    }
    for (int row = 0; row < one.size(); row++) {
      if (!one.labels().name(one.truth(row)).equals(other.labels().name(other.truth(row)))) {
        return false;
      }
    }
    return true;
  }

  private void curves() {
    HtmlPage.section(html, "curves", "Learning curves");
    Set<String> names = new LinkedHashSet<>();
    compared.forEach(
        one -> {
          if (one.curves() != null) {
            names.addAll(one.curves().series().keySet());
          }
        });
    if (names.isEmpty()) {
      html.element("p", "It is not known how they were trained.");
    } else {
      html.element("p", "A ring marks the epoch whose weights a run's model has.");
    }
    List<SvgCharts.Panel> panels = new ArrayList<>();
    List<String> constants = new ArrayList<>();
    for (String name : names) {
      panel(name, panels, constants);
    }
    for (String constant : constants) {
      html.element("p", constant, "data-constants", "").line();
    }
    html.start("div", "class", "charts").line();
    panels.forEach(panel -> SvgCharts.curves(html, panel));
    html.end("div").end("section").line();
  }

  /** Each run has one colour in all panels, and a panel only those that have the figure. */
  private void panel(String name, List<SvgCharts.Panel> panels, List<String> constants) {
    List<SvgCharts.Curve> drawn = new ArrayList<>();
    Map<String, Double> same = new LinkedHashMap<>();
    for (int i = 0; i < compared.size(); i++) {
      RunComparison.Compared one = compared.get(i);
      LearningCurves curves = one.curves();
      List<Double> values = curves == null ? null : curves.series().get(name);
      if (curves != null && values != null) {
        drawn.add(new SvgCharts.Curve(one.name(), values, curves.chosenEpoch(), i));
        if (LearningCurves.isConstant(values)) {
          same.put(one.name(), values.get(0));
        }
      }
    }
    String readable = TextDrawing.readable(name);
    boolean share = LearningCurves.isShare(name);
    if (same.size() < drawn.size()) {
      panels.add(new SvgCharts.Panel(readable, share, drawn, 0));
    } else {
      List<String> values = new ArrayList<>();
      same.forEach(
          (run, value) ->
              values.add(
                  (share ? LearningCurves.percent(value) : ChartStyle.number(value))
                      + " of "
                      + run));
      constants.add("The same in every epoch: " + readable + " " + String.join(", ", values) + ".");
    }
  }

  private void settings() {
    HtmlPage.section(html, "settings", "Settings that differ");
    List<RunComparison.Compared> known =
        compared.stream().filter(one -> !one.settings().isEmpty()).toList();
    Set<String> names = new LinkedHashSet<>();
    known.forEach(one -> names.addAll(one.settings().keySet()));
    List<String> differing =
        names.stream()
            .filter(
                name ->
                    known.stream()
                            .map(one -> one.settings().getOrDefault(name, ""))
                            .distinct()
                            .count()
                        > 1)
            .toList();
    if (differing.isEmpty()) {
      html.element(
          "p",
          known.size() < 2
              ? "There are no two whose settings are known."
              : "None: all settings are the same.");
      html.end("section").line();
      return;
    }
    html.element(
        "p", (names.size() - differing.size()) + " further settings are the same in all of them.");
    HtmlPage.scroller(html, "Settings that differ");
    html.start("table", "id", "settings-table").line();
    html.element("caption", "Settings in which the runs differ", "class", "muted").line();
    html.start("thead").start("tr").element("th", "Setting", "scope", "col");
    known.forEach(one -> html.element("th", one.name(), "scope", "col"));
    html.end("tr").end("thead").start("tbody").line();
    for (String name : differing) {
      html.start("tr", "data-setting", name).element("th", name, "scope", "row");
      for (RunComparison.Compared one : known) {
        html.element("td", one.settings().getOrDefault(name, "–"));
      }
      html.end("tr").line();
    }
    html.end("tbody").end("table").end("div").end("section").line();
  }
}
