package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.image.RgbImage;
import dev.dogvision.predict.Prediction;
import java.awt.image.BufferedImage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several predictions at a glance: each photograph beside its most probable breeds, three rows of
 * two. All bars have one scale and start at one place of their cells, so that equal bars are equal
 * probabilities.
 */
public final class PredictionGrid implements Plot {
  private static final int DEFAULT_COLUMNS = 2;
  private static final int GAP = 16;

  private final List<Cell> cells;
  private final int columns;

  private PredictionGrid(List<Cell> cells, int columns) {
    this.cells = cells;
    this.columns = columns;
  }

  /**
   * A photograph and its bars.
   *
   * @param prediction the photograph under its prediction
   * @param bars the most probable breeds
   */
  public record Cell(PredictionPlot prediction, TopKPlot bars) {

    /**
     * A photograph and its ten most probable breeds.
     *
     * @param image the photograph
     * @param prediction what the model says of it
     * @param truth the true breed, or null where it is not known
     * @return the cell
     */
    public static Cell of(RgbImage image, Prediction prediction, @Nullable String truth) {
      return new Cell(PredictionPlot.of(image, prediction, truth), TopKPlot.of(prediction, truth));
    }
  }

  /**
   * A grid of two columns.
   *
   * @param cells what it shows, row by row; six fill three rows
   * @return the grid
   * @throws IllegalArgumentException if there is no cell
   */
  public static PredictionGrid of(List<Cell> cells) {
    return of(cells, DEFAULT_COLUMNS);
  }

  /**
   * A grid.
   *
   * @param cells what it shows, row by row
   * @param columns how many cells a row has, at least 1
   * @return the grid
   * @throws IllegalArgumentException if there is no cell or no column
   */
  public static PredictionGrid of(List<Cell> cells, int columns) {
    checkArgument(!cells.isEmpty(), "cells is empty");
    checkArgument(columns >= 1, "columns must be at least 1, got %s", columns);
    return new PredictionGrid(List.copyOf(cells), Math.min(columns, cells.size()));
  }

  @Override
  public BufferedImage toImage() {
    TextDrawing.checkFonts();
    List<BufferedImage> photos = cells.stream().map(cell -> cell.prediction().toImage()).toList();
    int nameWidth = cells.stream().mapToInt(cell -> cell.bars().nameWidth()).max().orElse(0);
    List<BufferedImage> bars = cells.stream().map(cell -> cell.bars().toImage(nameWidth)).toList();
    int photoWidth = photos.get(0).getWidth();
    int cellWidth = photoWidth + bars.stream().mapToInt(BufferedImage::getWidth).max().orElse(0);
    int rowHeight =
        Math.max(
            photos.stream().mapToInt(BufferedImage::getHeight).max().orElse(0),
            bars.stream().mapToInt(BufferedImage::getHeight).max().orElse(0));
    int rows = (cells.size() + columns - 1) / columns;
    return Sheet.draw(
        columns * cellWidth + (columns + 1) * GAP,
        rows * rowHeight + (rows + 1) * GAP,
        graphics -> {
          for (int i = 0; i < cells.size(); i++) {
            int x = GAP + i % columns * (cellWidth + GAP);
            int y = GAP + i / columns * (rowHeight + GAP);
            graphics.drawImage(
                photos.get(i), x, y + (rowHeight - photos.get(i).getHeight()) / 2, null);
            graphics.drawImage(
                bars.get(i), x + photoWidth, y + (rowHeight - bars.get(i).getHeight()) / 2, null);
          }
        });
  }

  @Override
  public String toString() {
    return "PredictionGrid[" + cells.size() + " predictions]";
  }
}
