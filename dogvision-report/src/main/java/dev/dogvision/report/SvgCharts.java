package dev.dogvision.report;

import dev.dogvision.evaluate.Calibration;
import dev.dogvision.evaluate.ConfidenceInterval;
import dev.dogvision.evaluate.ConfusionMatrix;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Charts inside the HTML report: drawn as SVG, they follow the reader's light or dark colours and
 * stay sharp at any size.
 */
final class SvgCharts {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 330;
  private static final int RIGHT = 24;
  private static final int TOP = 34;
  private static final int BOTTOM = 54;
  private static final int SERIES_STYLES = 6;

  /** How wide a letter is at most in the font that a phone shows, where charts are shrunk. */
  private static final double PHONE_LETTER = 11.5;

  private static final int MOST_EPOCH_LABELS = 8;
  private static final int MOST_DOTTED_EPOCHS = 40;
  private static final int MATRIX_WIDTH = 1100;
  private static final int LONGEST_NAME = 32;

  private SvgCharts() {}

  /**
   * A curve.
   *
   * @param name how the legend names it
   * @param values one an epoch
   * @param chosenEpoch the epoch to mark on it, 0 for none
   * @param style its colour and dashes, from 0
   */
  record Curve(String name, List<Double> values, int chosenEpoch, int style) {}

  /**
   * Curves that share axes.
   *
   * @param title what they show
   * @param share whether in percent
   * @param curves at least one, each with a finite value
   * @param chosenEpoch the epoch to mark across all of them, 0 for none
   */
  record Panel(String title, boolean share, List<Curve> curves, int chosenEpoch) {}

  /** Curves that share a panel, with a legend. */
  static void curves(HtmlWriter html, Panel panel) {
    Map<String, List<Double>> members = new LinkedHashMap<>();
    for (int i = 0; i < panel.curves().size(); i++) {
      members.put(ChartStyle.unique("curve", i), panel.curves().get(i).values());
    }
    List<Double> ticks = LearningCurves.yTicks(members, panel.share());
    Function<Double, String> form = Ticks.form(ticks, panel.share());
    List<String> labels = ticks.stream().map(form).toList();
    double left = 16 + PHONE_LETTER * labels.stream().mapToInt(String::length).max().orElse(1);
    Scale y = new Scale(ticks.get(0), ticks.get(ticks.size() - 1), HEIGHT - BOTTOM, TOP);
    int epochs = members.values().stream().mapToInt(List::size).max().orElse(1);
    Scale x = new Scale(1, Math.max(2, epochs), left, WIDTH - RIGHT);
    html.start("figure", "class", "chart");
    html.element("figcaption", panel.title());
    html.start("svg", "viewBox", "0 0 " + WIDTH + " " + HEIGHT, "role", "img");
    html.element("title", describe(panel));
    for (int i = 0; i < ticks.size(); i++) {
      double height = y.at(ticks.get(i));
      line(html, "rule", left, height, WIDTH - RIGHT, height);
      text(html, "tick", "end", left - 8, height + 4, labels.get(i));
    }
    for (int epoch : Ticks.epochs(epochs, MOST_EPOCH_LABELS)) {
      text(html, "epoch", "middle", x.at(epoch), HEIGHT - BOTTOM + 22, Integer.toString(epoch));
    }
    text(html, "axis", "middle", (left + WIDTH - RIGHT) / 2.0, HEIGHT - 5, "epoch");
    if (panel.chosenEpoch() > 0) {
      chosen(html, panel.chosenEpoch(), x, left);
    }
    for (Curve curve : panel.curves()) {
      curve(html, style(curve.style()), curve, x, y);
    }
    html.end("svg");
    if (panel.curves().size() > 1) {
      legend(html, panel.curves());
    }
    html.end("figure").line();
  }

  /** The line of the epoch whose weights were kept, its name above the curves. */
  private static void chosen(HtmlWriter html, int epoch, Scale x, double left) {
    double place = x.at(epoch);
    html.start(
            "line",
            "class",
            "chosen",
            "data-chosen-epoch",
            epoch,
            "x1",
            number(place),
            "y1",
            TOP - 6,
            "x2",
            number(place),
            "y2",
            HEIGHT - BOTTOM)
        .end("line");
    String name = LearningCurves.chosen(epoch);
    double half = PHONE_LETTER * name.length() / 2;
    String anchor = place - half < left ? "start" : place + half > WIDTH ? "end" : "middle";
    text(html, "axis", anchor, place, TOP - 12, name);
  }

  private static String describe(Panel panel) {
    StringBuilder text = new StringBuilder(panel.title());
    for (Curve curve : panel.curves()) {
      double last = curve.values().get(curve.values().size() - 1);
      text.append("; ").append(curve.name()).append(" ends at ");
      text.append(panel.share() ? LearningCurves.percent(last) : ChartStyle.number(last));
    }
    if (panel.chosenEpoch() > 0) {
      text.append("; the model has the weights of epoch ").append(panel.chosenEpoch());
    }
    return text.toString();
  }

  /** Six colours with their dashes, and the same with other dashes for those after them. */
  private static String style(int index) {
    return "s" + index % SERIES_STYLES + (index < SERIES_STYLES ? "" : " again");
  }

  private static void curve(HtmlWriter html, String style, Curve curve, Scale x, Scale y) {
    List<Double> values = curve.values();
    StringBuilder path = new StringBuilder();
    boolean drawing = false;
    for (int i = 0; i < values.size(); i++) {
      double value = values.get(i);
      if (Double.isFinite(value)) {
        path.append(drawing ? 'L' : 'M').append(number(x.at(i + 1)));
        path.append(' ').append(number(y.at(value)));
      }
      drawing = Double.isFinite(value);
    }
    html.start("path", "class", "curve " + style, "d", path).end("path");
    for (int i = 0; i < values.size(); i++) {
      if (Double.isFinite(values.get(i))) {
        if (values.size() <= MOST_DOTTED_EPOCHS) {
          circle(html, "dot " + style, x.at(i + 1), y.at(values.get(i)), 3.5);
        }
        if (i + 1 == curve.chosenEpoch()) {
          circle(html, "ring " + style, x.at(i + 1), y.at(values.get(i)), 7);
        }
      }
    }
  }

  private static void circle(HtmlWriter html, String style, double x, double y, double radius) {
    html.start("circle", "class", style, "cx", number(x), "cy", number(y), "r", number(radius))
        .end("circle");
  }

  private static void legend(HtmlWriter html, List<Curve> curves) {
    html.start("ul", "class", "legend");
    for (Curve curve : curves) {
      html.start("li");
      html.start("svg", "viewBox", "0 0 36 10", "aria-hidden", "true");
      line(html, "curve " + style(curve.style()), 0, 5, 36, 5);
      html.end("svg");
      html.text(curve.name()).end("li");
    }
    html.end("ul");
  }

  /** Confidence against accuracy, and below how many photographs each point stands for. */
  static void reliability(HtmlWriter html, Calibration calibration) {
    int side = 360;
    int left = 76;
    int top = 24;
    int counts = 70;
    int bottom = top + side + 58;
    int most = calibration.bins().stream().mapToInt(Calibration.Bin::count).max().orElse(1);
    Scale x = new Scale(0, 1, left, left + side);
    Scale y = new Scale(0, 1, top + side, top);
    html.start(
        "svg",
        "class",
        "reliability",
        "viewBox",
        "0 0 " + (left + side + 28) + " " + (bottom + counts + 12),
        "role",
        "img");
    html.element(
        "title",
        "How often the model is right against how sure it is; the table beside holds the numbers");
    for (int percent = 0; percent <= 100; percent += 20) {
      double share = percent / 100.0;
      line(html, "rule", x.at(0), y.at(share), x.at(1), y.at(share));
      text(html, "tick", "end", left - 18, y.at(share) + 4, percent + " %");
      text(html, "tick", "middle", x.at(share), top + side + 24, percent + " %");
    }
    text(html, "axis", "middle", left + side / 2.0, top + side + 46, "how sure the model is");
    line(html, "diagonal", x.at(0), y.at(0), x.at(1), y.at(1));
    for (Calibration.Bin bin : calibration.bins()) {
      if (bin.count() > 0) {
        double place = x.at(bin.confidence());
        ConfidenceInterval interval = ReliabilityDiagram.interval(bin);
        line(html, "interval", place, y.at(interval.lower()), place, y.at(interval.upper()));
        for (double end : new double[] {interval.lower(), interval.upper()}) {
          line(html, "interval", place - 4, y.at(end), place + 4, y.at(end));
        }
      }
    }
    for (Calibration.Bin bin : calibration.bins()) {
      if (bin.count() > 0) {
        html.start(
            "circle",
            "class",
            "dot s0",
            "data-count",
            bin.count(),
            "cx",
            number(x.at(bin.confidence())),
            "cy",
            number(y.at(bin.accuracy())),
            "r",
            number(ReliabilityDiagram.radius(calibration, bin, 15, 3)));
        html.element("title", describe(bin));
        html.end("circle");
      }
    }
    Scale height = new Scale(0, Math.max(1, most), bottom + counts, bottom);
    line(html, "rule", x.at(0), height.at(0), x.at(1), height.at(0));
    text(html, "tick", "end", left - 18, height.at(most) + 8, Integer.toString(most));
    text(html, "tick", "end", left - 18, height.at(0) + 4, "0");
    for (Calibration.Bin bin : calibration.bins()) {
      if (bin.count() > 0) {
        html.start(
            "rect",
            "class",
            "count",
            "x",
            number(x.at(bin.lower()) + 1),
            "y",
            number(height.at(bin.count())),
            "width",
            number(x.at(bin.upper()) - x.at(bin.lower()) - 2),
            "height",
            number(height.at(0) - height.at(bin.count())));
        html.element("title", describe(bin)).end("rect");
      }
    }
    html.end("svg");
  }

  private static String describe(Calibration.Bin bin) {
    ConfidenceInterval interval = ReliabilityDiagram.interval(bin);
    return "says "
        + TextDrawing.precisePercent(bin.confidence())
        + ", is right "
        + TextDrawing.precisePercent(bin.accuracy())
        + " (95 % sure: "
        + interval.toString().replace(" - ", " to ")
        + "), photographs: "
        + bin.count();
  }

  /**
   * How strong a cell's colour is: eight steps of one class each keep the file small; the root
   * keeps few visible.
   *
   * @return 1 to 8
   */
  static int step(int count, int support) {
    return (int) Math.ceil(Math.sqrt((double) count / support) * 8);
  }

  /** All cells that are not zero, each with its count. */
  static void confusion(HtmlWriter html, ConfusionMatrix confusion) {
    List<String> names = confusion.labels().names().stream().map(TextDrawing::readable).toList();
    int longest = names.stream().mapToInt(String::length).max().orElse(1);
    int room = 20 + 7 * Math.min(LONGEST_NAME, longest);
    int cell = Math.max(names.size() <= 60 ? 22 : 19, (MATRIX_WIDTH - room) / names.size());
    int side = cell * names.size();
    int[][] counts = confusion.counts();
    html.start(
        "svg",
        "class",
        "confusion",
        "viewBox",
        "0 0 " + (room + side + 4) + " " + (room + side + 4),
        "width",
        room + side + 4,
        "role",
        "img");
    html.element(
        "title",
        "True breeds down, predicted breeds across; the table of confused pairs says more");
    html.start("rect", "class", "field", "x", room, "y", room, "width", side, "height", side)
        .end("rect");
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      String shown =
          name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME - 1) + "…" : name;
      double middle = room + (i + 0.5) * cell + 4;
      text(html, "name", "end", room - 5, middle, shown);
      html.start(
              "text",
              "class",
              "name",
              "text-anchor",
              "start",
              "transform",
              "translate(" + number(middle) + " " + (room - 5) + ") rotate(-90)")
          .text(shown)
          .end("text");
      if (i > 0 && (i % 10 == 0 || names.size() <= 40)) {
        line(html, "rule", room, room + i * cell, room + side, room + i * cell);
        line(html, "rule", room + i * cell, room, room + i * cell, room + side);
      }
    }
    for (int row = 0; row < counts.length; row++) {
      for (int column = 0; column < counts.length; column++) {
        if (counts[row][column] > 0) {
          cell(html, confusion, row, column, room, cell);
        }
      }
    }
    html.end("svg");
  }

  private static void cell(
      HtmlWriter html, ConfusionMatrix confusion, int row, int column, int room, int size) {
    int count = confusion.count(row, column);
    int support = confusion.support(row);
    int step = step(count, support);
    int x = room + column * size;
    int y = room + row * size;
    html.start("rect", "class", "h" + step, "x", x, "y", y, "width", size, "height", size);
    html.element("title", describe(confusion, row, column)).end("rect");
    String text = Integer.toString(count);
    if (7 * text.length() < size) {
      text(html, step > 4 ? "high" : "low", "middle", x + size / 2.0, y + size / 2.0 + 4, text);
    }
  }

  /** For example: pug → boxer: 3 of 20. */
  static String describe(ConfusionMatrix confusion, int row, int column) {
    return TextDrawing.readable(confusion.labels().name(row))
        + " → "
        + TextDrawing.readable(confusion.labels().name(column))
        + ": "
        + confusion.count(row, column)
        + " of "
        + confusion.support(row);
  }

  /** A bar as long as a share of the room that it is given; all such bars of a page are alike. */
  static void bar(HtmlWriter html, String style, double share) {
    html.start(
        "svg",
        "class",
        "bar",
        "viewBox",
        "0 0 100 6",
        "preserveAspectRatio",
        "none",
        "aria-hidden",
        "true");
    html.start("rect", "class", "track", "x", 0, "y", 0, "width", 100, "height", 6).end("rect");
    html.start("rect", "class", style, "x", 0, "y", 0, "width", number(100 * share), "height", 6)
        .end("rect");
    html.end("svg");
  }

  private static void line(
      HtmlWriter html, String style, double x1, double y1, double x2, double y2) {
    html.start(
            "line",
            "class",
            style,
            "x1",
            number(x1),
            "y1",
            number(y1),
            "x2",
            number(x2),
            "y2",
            number(y2))
        .end("line");
  }

  private static void text(
      HtmlWriter html, String style, String anchor, double x, double y, String text) {
    html.element(
        "text", text, "class", style, "text-anchor", anchor, "x", number(x), "y", number(y));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  /** From values to places. */
  private record Scale(double lowest, double highest, double from, double to) {
    double at(double value) {
      return from + (value - lowest) / (highest - lowest) * (to - from);
    }
  }
}
