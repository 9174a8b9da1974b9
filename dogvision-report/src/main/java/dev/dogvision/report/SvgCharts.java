package dev.dogvision.report;

import dev.dogvision.evaluate.Calibration;
import dev.dogvision.evaluate.ConfusionMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Charts inside the HTML report: drawn as SVG, they follow the reader's light or dark colours and
 * stay sharp at any size.
 */
final class SvgCharts {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 320;
  private static final int LEFT = 64;
  private static final int RIGHT = 16;
  private static final int TOP = 12;
  private static final int BOTTOM = 54;
  private static final int SERIES_STYLES = 6;

  private SvgCharts() {}

  /** Curves that share a panel, with a legend. */
  static void curves(
      HtmlWriter html, String title, String quantity, Map<String, List<Double>> members) {
    double[] all =
        members.values().stream()
            .flatMap(List::stream)
            .mapToDouble(Double::doubleValue)
            .filter(Double::isFinite)
            .toArray();
    double lowest = Arrays.stream(all).min().orElse(0);
    double highest = Arrays.stream(all).max().orElse(1);
    boolean share = LearningCurves.isShare(quantity);
    List<Double> ticks = Ticks.around(lowest, highest, 5);
    Scale y = new Scale(ticks.get(0), ticks.get(ticks.size() - 1), HEIGHT - BOTTOM, TOP);
    int epochs = members.values().stream().mapToInt(List::size).max().orElse(1);
    Scale x = new Scale(1, Math.max(2, epochs), LEFT, WIDTH - RIGHT);
    html.start("figure", "class", "chart");
    html.element("figcaption", title);
    html.start("svg", "viewBox", "0 0 " + WIDTH + " " + HEIGHT, "role", "img");
    html.element("title", describe(title, share, members));
    for (double tick : ticks) {
      line(html, "rule", LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick));
      text(
          html,
          "end",
          LEFT - 8,
          y.at(tick) + 4,
          share ? LearningCurves.percent(tick) : ChartStyle.number(tick));
    }
    int every = Math.max(1, (int) Math.ceil(epochs / 10.0));
    for (int epoch = 1; epoch <= epochs; epoch += every) {
      text(html, "middle", x.at(epoch), HEIGHT - BOTTOM + 22, Integer.toString(epoch));
    }
    text(html, "middle", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 5, "epoch");
    int index = 0;
    for (List<Double> values : members.values()) {
      curve(html, "s" + index++ % SERIES_STYLES, values, x, y);
    }
    html.end("svg");
    if (members.size() > 1) {
      legend(html, members, quantity);
    }
    html.end("figure").line();
  }

  private static String describe(String title, boolean share, Map<String, List<Double>> members) {
    StringBuilder text = new StringBuilder(title);
    members.forEach(
        (name, values) -> {
          double last = values.get(values.size() - 1);
          text.append("; ").append(TextDrawing.readable(name)).append(" ends at ");
          text.append(share ? LearningCurves.percent(last) : ChartStyle.number(last));
        });
    return text.toString();
  }

  private static void curve(HtmlWriter html, String style, List<Double> values, Scale x, Scale y) {
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
    if (values.size() <= 40) {
      for (int i = 0; i < values.size(); i++) {
        if (Double.isFinite(values.get(i))) {
          html.start(
                  "circle",
                  "class",
                  "dot " + style,
                  "cx",
                  number(x.at(i + 1)),
                  "cy",
                  number(y.at(values.get(i))),
                  "r",
                  "3.5")
              .end("circle");
        }
      }
    }
  }

  private static void legend(HtmlWriter html, Map<String, List<Double>> members, String quantity) {
    html.start("ul", "class", "legend");
    int index = 0;
    for (String name : members.keySet()) {
      html.start("li");
      html.start("svg", "viewBox", "0 0 36 10", "aria-hidden", "true");
      line(html, "curve s" + index++ % SERIES_STYLES, 0, 5, 36, 5);
      html.end("svg");
      html.text(LearningCurves.legend(name, quantity)).end("li");
    }
    html.end("ul");
  }

  /** Confidence against accuracy. */
  static void reliability(HtmlWriter html, Calibration calibration) {
    int side = 360;
    int left = 64;
    int top = 12;
    Scale x = new Scale(0, 1, left, left + side);
    Scale y = new Scale(0, 1, top + side, top);
    html.start(
        "svg",
        "class",
        "reliability",
        "viewBox",
        "0 0 " + (left + side + 24) + " " + (top + side + 50),
        "role",
        "img");
    html.element(
        "title",
        "How often the model is right against how sure it is; the table beside holds the numbers");
    for (int percent = 0; percent <= 100; percent += 20) {
      double share = percent / 100.0;
      line(html, "rule", x.at(0), y.at(share), x.at(1), y.at(share));
      text(html, "end", left - 8, y.at(share) + 4, percent + " %");
      text(html, "middle", x.at(share), top + side + 18, percent + " %");
    }
    text(html, "middle", left + side / 2.0, top + side + 42, "how sure the model is");
    line(html, "diagonal", x.at(0), y.at(0), x.at(1), y.at(1));
    StringBuilder path = new StringBuilder();
    for (Calibration.Bin bin : calibration.bins()) {
      if (bin.count() > 0) {
        line(
            html,
            "gap",
            x.at(bin.confidence()),
            y.at(bin.accuracy()),
            x.at(bin.confidence()),
            y.at(bin.confidence()));
        path.append(path.isEmpty() ? 'M' : 'L').append(number(x.at(bin.confidence())));
        path.append(' ').append(number(y.at(bin.accuracy())));
      }
    }
    html.start("path", "class", "curve s0", "d", path).end("path");
    for (Calibration.Bin bin : calibration.bins()) {
      if (bin.count() > 0) {
        html.start(
            "circle",
            "class",
            "dot s0",
            "cx",
            number(x.at(bin.confidence())),
            "cy",
            number(y.at(bin.accuracy())),
            "r",
            "5");
        html.element(
            "title",
            "says "
                + TextDrawing.precisePercent(bin.confidence())
                + ", is right "
                + TextDrawing.precisePercent(bin.accuracy())
                + ", photographs: "
                + bin.count());
        html.end("circle");
      }
    }
    html.end("svg");
  }

  /** All cells that are not zero, each with its numbers. */
  static void confusion(HtmlWriter html, ConfusionMatrix confusion) {
    List<String> names = confusion.labels().names().stream().map(TextDrawing::readable).toList();
    int cell = names.size() <= 16 ? 26 : 14;
    int room = 20 + 7 * Math.min(32, names.stream().mapToInt(String::length).max().orElse(1));
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
        "title", "True breeds down, predicted breeds across; the list of confused pairs says more");
    html.start("rect", "class", "field", "x", room, "y", room, "width", side, "height", side)
        .end("rect");
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      String shown = name.length() > 32 ? name.substring(0, 31) + "…" : name;
      double middle = room + (i + 0.5) * cell + 4;
      text(html, "end", room - 5, middle, shown);
      html.start(
              "text",
              "text-anchor",
              "start",
              "transform",
              "translate(" + number(middle) + " " + (room - 5) + ") rotate(-90)")
          .text(shown)
          .end("text");
      if (i > 0 && i % 10 == 0) {
        line(html, "rule", room, room + i * cell, room + side, room + i * cell);
        line(html, "rule", room + i * cell, room, room + i * cell, room + side);
      }
    }
    for (int row = 0; row < counts.length; row++) {
      int support = confusion.support(row);
      for (int column = 0; column < counts.length; column++) {
        int count = counts[row][column];
        if (count > 0) {
          // Eight steps of one class each keep the file small; the root keeps few visible.
          int step = (int) Math.ceil(Math.sqrt((double) count / support) * 8);
          html.start(
              "rect",
              "class",
              "h" + step,
              "x",
              room + column * cell,
              "y",
              room + row * cell,
              "width",
              cell,
              "height",
              cell);
          html.element(
              "title",
              names.get(row) + " → " + names.get(column) + ": " + count + " of " + support);
          html.end("rect");
        }
      }
    }
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

  private static void text(HtmlWriter html, String anchor, double x, double y, String text) {
    html.element("text", text, "text-anchor", anchor, "x", number(x), "y", number(y));
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
