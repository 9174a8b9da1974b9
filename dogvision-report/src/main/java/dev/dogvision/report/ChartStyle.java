package dev.dogvision.report;

import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;

/** How the chart library draws, so that its charts look like the other pictures. */
final class ChartStyle {
  static final Font LEGEND_FONT = TextDrawing.plain(13);
  static final int LEGEND_LINE = 44;

  private ChartStyle() {}

  static void apply(AxesChartStyler styler) {
    styler.setChartBackgroundColor(Palette.PAPER);
    styler.setPlotBackgroundColor(Palette.PAPER);
    styler.setPlotBorderVisible(false);
    styler.setChartFontColor(Palette.INK);
    styler.setChartTitleFont(TextDrawing.bold(17));
    styler.setChartTitleBoxVisible(false);
    styler.setChartPadding(14);
    styler.setLegendBorderColor(Palette.PAPER);
    styler.setLegendBackgroundColor(Palette.PAPER);
    styler.setLegendFont(LEGEND_FONT);
    styler.setLegendSeriesLineLength(LEGEND_LINE);
    styler.setMarkerSize(6);
    styler.setAxisTitleFont(TextDrawing.plain(14));
    styler.setAxisTickLabelsFont(TextDrawing.plain(12));
    styler.setAxisTickLabelsColor(Palette.MUTED);
    styler.setAxisTickMarksColor(Palette.RULE);
    styler.setPlotGridLinesColor(Palette.RULE);
    styler.setPlotGridLinesStroke(new BasicStroke(1));
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setLocale(Locale.ROOT);
  }

  static BufferedImage draw(Chart<?, ?> chart) {
    BufferedImage drawn = BitmapEncoder.getBufferedImage(chart);
    return Sheet.draw(
        drawn.getWidth(), drawn.getHeight(), graphics -> graphics.drawImage(drawn, 0, 0, null));
  }

  /** A number as short as it can be read, large and small ones with an exponent. */
  static String number(double value) {
    double magnitude = Math.abs(value);
    if (magnitude < 1e-12) {
      return "0";
    }
    if (magnitude < 1e-3 || magnitude >= 1e6) {
      return String.format(Locale.ROOT, "%.1e", value)
          .replace(".0e", "e")
          .replaceAll("e([-+])0", "e$1");
    }
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  /** The library wants names that differ, which readable names need not. */
  static String unique(String name, int index) {
    return index + " " + name;
  }
}
