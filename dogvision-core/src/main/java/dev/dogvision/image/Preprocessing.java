package dev.dogvision.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Objects;

/**
 * What happens to a picture before a network sees it. It belongs to the network's weights and
 * travels with them, so that training and prediction can't disagree.
 *
 * <p>{@link #apply} makes the square picture of bytes. The means and scales are applied by the
 * engine, on the device: {@code (value - mean) / scale}, each in pixel units.
 *
 * @param size width and height of the network's input in pixels, 1..4096
 * @param resizeRule how a picture of any shape becomes a square
 * @param cropFraction for {@link ResizeRule#CENTER_CROP} the side of the square that is cut out, as
 *     a part of the picture's shorter side, above 0 and at most 1, usually 0.875; without effect
 *     for the other rules
 * @param channelMeans three numbers in pixel units (0..255) for R, G, B
 * @param channelScales three positive numbers in pixel units for R, G, B
 * @param interpolation how pixels are weighed as the picture is resized
 */
public record Preprocessing(
    int size,
    ResizeRule resizeRule,
    double cropFraction,
    List<Double> channelMeans,
    List<Double> channelScales,
    Interpolation interpolation) {

  /**
   * What is left to our own resizing of a picture that was decoded at a reduced scale, so that its
   * filter hides that another one went before: with 1, values of sharp photographs move by up to 7
   * levels in the mean, with 2 by up to 3 and mostly by 1.
   */
  private static final double LEAST_SHRINKING = 2;

  /**
   * With bilinear interpolation.
   *
   * @param size width and height of the network's input in pixels, 1..4096
   * @param resizeRule how a picture of any shape becomes a square
   * @param cropFraction the part of the shorter side that is kept, above 0 and at most 1
   * @param channelMeans three numbers in pixel units (0..255) for R, G, B
   * @param channelScales three positive numbers in pixel units for R, G, B
   * @throws IllegalArgumentException if one is out of its range
   */
  public Preprocessing(
      int size,
      ResizeRule resizeRule,
      double cropFraction,
      List<Double> channelMeans,
      List<Double> channelScales) {
    this(size, resizeRule, cropFraction, channelMeans, channelScales, Interpolation.BILINEAR);
  }

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public Preprocessing {
    checkArgument(size >= 1 && size <= 4096, "size must be in 1..4096, got %s", size);
    checkArgument(
        cropFraction > 0 && cropFraction <= 1,
        "cropFraction must be in (0, 1], got %s",
        cropFraction);
    channelMeans = List.copyOf(channelMeans);
    channelScales = List.copyOf(channelScales);
    checkArgument(
        channelMeans.size() == 3
            && channelMeans.stream().allMatch(mean -> mean >= 0 && mean <= 255),
        "channelMeans needs 3 values in 0..255, got %s",
        channelMeans);
    checkArgument(
        channelScales.size() == 3
            && channelScales.stream().allMatch(scale -> scale > 0 && scale < Double.MAX_VALUE),
        "channelScales needs 3 positive values, got %s",
        channelScales);
  }

  /**
   * The same for another size.
   *
   * @param newSize width and height of the network's input in pixels, 1..4096
   * @return the changed preprocessing
   */
  public Preprocessing withSize(int newSize) {
    return new Preprocessing(
        newSize, resizeRule, cropFraction, channelMeans, channelScales, interpolation);
  }

  /**
   * The same with another rule for the shape.
   *
   * @param newRule how a picture of any shape becomes a square
   * @return the changed preprocessing
   */
  public Preprocessing withResizeRule(ResizeRule newRule) {
    return new Preprocessing(
        size, newRule, cropFraction, channelMeans, channelScales, interpolation);
  }

  /**
   * The same with another crop.
   *
   * @param newFraction the part of the shorter side that is kept, above 0 and at most 1
   * @return the changed preprocessing
   */
  public Preprocessing withCropFraction(double newFraction) {
    return new Preprocessing(
        size, resizeRule, newFraction, channelMeans, channelScales, interpolation);
  }

  /**
   * Makes a picture square and as large as the network takes it: an antialiased resize, as the
   * Python imaging library does it. A crop is of exactly the middle, at half a pixel where that is.
   *
   * @param image a picture of any shape
   * @return {@link #size} x {@link #size} pixels
   */
  public RgbImage apply(RgbImage image) {
    byte[] target = new byte[size * size * 3];
    apply(image, target, 0);
    return new RgbImage(size, size, target);
  }

  /**
   * The same as {@link #apply(RgbImage)}, into an array: for batches.
   *
   * @param image a picture of any shape
   * @param destination where the bytes go
   * @param offset the place of the first of {@code size * size * 3} bytes
   * @throws IndexOutOfBoundsException if they do not fit
   */
  public void apply(RgbImage image, byte[] destination, int offset) {
    apply(image, region(image), false, destination, offset);
  }

  /**
   * By how much a picture's sides may be divided before it is resized: 1, 2, 4 or 8, so that it
   * still has more pixels than the result by {@link #LEAST_SHRINKING}.
   */
  int reduction(long width, long height) {
    double shorter = Math.min(width, height);
    double side =
        switch (resizeRule) {
          case STRETCH -> shorter;
          case CENTER_CROP -> shorter * cropFraction;
          case PAD -> Math.max(width, height);
        };
    int reduction = 8;
    while (reduction > 1 && Math.floor(side / reduction) < size * LEAST_SHRINKING) {
      reduction /= 2;
    }
    return reduction;
  }

  /**
   * The part of a picture that the network gets to see: exactly the middle, so that a crop begins
   * at half a pixel where the sides differ by an odd number. Other tools round to whole pixels,
   * which answers neither better nor worse (docs/figures.md, "The crop"); it would only change the
   * answers of models that were trained with this one.
   */
  Resampling.Box region(RgbImage image) {
    if (resizeRule != ResizeRule.CENTER_CROP) {
      return Resampling.Box.whole(image);
    }
    double side = Math.min(image.width(), image.height()) * cropFraction;
    return new Resampling.Box((image.width() - side) / 2, (image.height() - side) / 2, side, side);
  }

  /** Resizes a part of a picture as the rule says. */
  void apply(RgbImage image, Resampling.Box box, boolean mirrored, byte[] destination, int offset) {
    Objects.checkFromIndexSize(offset, size * size * 3, destination.length);
    int rowStride = size * 3;
    if (resizeRule != ResizeRule.PAD) {
      Resampling.resize(
          image, box, mirrored, interpolation, destination, offset, rowStride, size, size);
      return;
    }
    double scale = size / Math.max(box.width(), box.height());
    int width = Math.max(1, (int) Math.round(box.width() * scale));
    int height = Math.max(1, (int) Math.round(box.height() * scale));
    fill(destination, offset);
    int left = (size - width) / 2;
    int top = (size - height) / 2;
    int first = offset + top * rowStride + left * 3;
    Resampling.resize(
        image, box, mirrored, interpolation, destination, first, rowStride, width, height);
  }

  /** The colour that normalising turns into zero, as near as bytes come. */
  byte[] meanColor() {
    byte[] color = new byte[3];
    for (int channel = 0; channel < 3; channel++) {
      color[channel] = (byte) Math.round(channelMeans.get(channel));
    }
    return color;
  }

  private void fill(byte[] destination, int offset) {
    byte[] color = meanColor();
    int end = offset + size * size * 3;
    for (int i = offset; i < end; i += 3) {
      destination[i] = color[0];
      destination[i + 1] = color[1];
      destination[i + 2] = color[2];
    }
  }
}
