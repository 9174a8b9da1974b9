package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.image.Augmentation;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.RgbImage;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.spi.PixelBatch;
import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Photographs with their labels, five a row: what a batch looks like. */
public final class BatchSheet implements Plot {
  private static final Logger logger = LoggerFactory.getLogger(BatchSheet.class);

  private static final int COLUMNS = 5;
  private static final int TILE = 176;
  private static final int GAP = 12;
  private static final int CAPTION = 40;
  private static final int TITLE = 40;

  private final List<Tile> tiles;
  private final int columns;
  private final String title;

  private BatchSheet(List<Tile> tiles, int columns, String title) {
    this.tiles = tiles;
    this.columns = columns;
    this.title = title;
  }

  /** A photograph shrunk to its place, null where it could not be read. */
  private record Tile(@Nullable BufferedImage image, String caption) {}

  /**
   * A sheet of pictures.
   *
   * @param images the pictures; the middle square of each is shown
   * @param captions as many: what stands below them, usually the labels; may be empty
   * @return the sheet, five a row
   * @throws IllegalArgumentException if there is no picture, or another number of captions
   */
  public static BatchSheet of(List<RgbImage> images, List<String> captions) {
    checkArgument(!images.isEmpty(), "images is empty");
    checkArgument(
        images.size() == captions.size(),
        "images and captions differ in number: %s and %s",
        images.size(),
        captions.size());
    List<Tile> tiles = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      tiles.add(new Tile(Shrinking.square(images.get(i), TILE), captions.get(i)));
    }
    return new BatchSheet(List.copyOf(tiles), Math.min(COLUMNS, tiles.size()), "");
  }

  /**
   * A sheet of a data set's first 25 photographs. One that cannot be read leaves a marked gap.
   *
   * @param dataset what to show; sample or filter it first to choose
   * @return the sheet, five a row
   * @throws IllegalArgumentException if the data set is empty
   */
  public static BatchSheet of(Dataset dataset) {
    return of(dataset, (image, index) -> image);
  }

  /**
   * A sheet of a data set's first 25 photographs as training sees them.
   *
   * @param dataset what to show
   * @param augmentation what training does to a photograph
   * @param preprocessing the model's
   * @param seed of the augmentation; photograph {@code i} gets {@link Augmentation#seed(long, int,
   *     int) Augmentation.seed(seed, 0, i)}
   * @return the sheet, five a row
   * @throws IllegalArgumentException if the data set is empty
   */
  public static BatchSheet of(
      Dataset dataset, Augmentation augmentation, Preprocessing preprocessing, long seed) {
    return of(
        dataset,
        (image, index) ->
            augmentation.apply(image, preprocessing, Augmentation.seed(seed, 0, index)));
  }

  private static BatchSheet of(Dataset dataset, BiFunction<RgbImage, Integer, RgbImage> change) {
    checkArgument(dataset.size() > 0, "dataset is empty");
    List<Tile> tiles = new ArrayList<>();
    for (Example example : dataset.limit(Math.min(dataset.size(), COLUMNS * COLUMNS)).examples()) {
      String caption = example.label() == null ? example.id() : example.label();
      BufferedImage tile = null;
      try {
        RgbImage photo = ImageDecoder.standard().decode(example.image());
        tile = Shrinking.square(change.apply(photo, tiles.size()), TILE);
      } catch (UnreadableImageException e) {
        logger.warn("{}", e.getMessage());
      }
      tiles.add(new Tile(tile, caption));
    }
    return new BatchSheet(List.copyOf(tiles), Math.min(COLUMNS, tiles.size()), "");
  }

  /**
   * A sheet of a batch as the network gets it.
   *
   * @param batch the pictures
   * @param captions as many: what stands below them, usually the labels
   * @return the sheet, five a row
   * @throws IllegalArgumentException if there is another number of captions
   */
  public static BatchSheet of(PixelBatch batch, List<String> captions) {
    int bytes = batch.side() * batch.side() * 3;
    return of(
        IntStream.range(0, batch.size())
            .mapToObj(
                i ->
                    new RgbImage(
                        batch.side(),
                        batch.side(),
                        Arrays.copyOfRange(batch.pixels(), i * bytes, (i + 1) * bytes)))
            .toList(),
        captions);
  }

  /**
   * The same sheet in another width.
   *
   * @param count pictures a row, at least 1
   * @return the changed sheet
   * @throws IllegalArgumentException if the count is less than 1
   */
  public BatchSheet columns(int count) {
    checkArgument(count >= 1, "columns must be at least 1, got %s", count);
    return new BatchSheet(tiles, Math.min(count, tiles.size()), title);
  }

  /**
   * The same sheet under a title.
   *
   * @param text what stands above it
   * @return the changed sheet
   */
  public BatchSheet title(String text) {
    return new BatchSheet(tiles, columns, text);
  }

  @Override
  public BufferedImage toImage() {
    int rows = (tiles.size() + columns - 1) / columns;
    int top = title.isBlank() ? GAP : TITLE;
    return Sheet.draw(
        columns * (TILE + GAP) + GAP, top + rows * (TILE + CAPTION + GAP), this::paint);
  }

  private void paint(Graphics2D graphics) {
    int top = title.isBlank() ? GAP : TITLE;
    if (!title.isBlank()) {
      Font font = TextDrawing.bold(17);
      int width = columns * (TILE + GAP) - GAP;
      Sheet.text(
          graphics,
          TextDrawing.fit(TextDrawing.readable(title), graphics.getFontMetrics(font), width),
          font,
          Palette.INK,
          GAP,
          27);
    }
    Font font = TextDrawing.plain(14);
    FontMetrics metrics = graphics.getFontMetrics(font);
    for (int i = 0; i < tiles.size(); i++) {
      int x = GAP + i % columns * (TILE + GAP);
      int y = top + i / columns * (TILE + CAPTION + GAP);
      Tile tile = tiles.get(i);
      if (tile.image() == null) {
        paintUnreadable(graphics, x, y);
      } else {
        graphics.drawImage(tile.image(), x, y, null);
      }
      if (!tile.caption().isBlank()) {
        int baseline = y + TILE + 16;
        for (String line :
            TextDrawing.wrap(TextDrawing.readable(tile.caption()), metrics, TILE, 2)) {
          Sheet.centred(graphics, line, font, Palette.INK, x + TILE / 2f, baseline);
          baseline += 17;
        }
      }
    }
  }

  private static void paintUnreadable(Graphics2D graphics, int x, int y) {
    graphics.setColor(Palette.EMPTY);
    graphics.fillRect(x, y, TILE, TILE);
    Sheet.mark(graphics, false, Palette.BAR, x + TILE / 2.0 - 24, y + TILE / 2.0 - 34, 48);
    graphics.setStroke(new BasicStroke(1));
    Sheet.centred(
        graphics,
        "cannot be read",
        TextDrawing.plain(14),
        Palette.MUTED,
        x + TILE / 2f,
        y + TILE / 2f + 40);
  }

  @Override
  public String toString() {
    return "BatchSheet[" + tiles.size() + " pictures]";
  }
}
