package dev.dogvision.image;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.internal.SetOnce;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Random changes to training pictures that leave the breed what it is: another crop, mirrored, a
 * little rotated, brighter or paler, partly hidden. Only ever for training.
 *
 * <p>Applied in this order: crop, flip and resize in one pass, then rotation, brightness and
 * contrast, saturation, erasing. Mixup and CutMix concern whole batches and are only named here;
 * see {@link BatchMixing}.
 *
 * <p>Immutable and safe to share. The same picture and seed give the same bytes on every machine;
 * {@link #seed(long, int, int)} makes a seed for a picture and an epoch.
 */
public final class Augmentation {
  private static final double ERASED_AREA_AT_LEAST = 0.02;
  private static final double ERASED_RATIO = 3;
  private static final int CROP_ATTEMPTS = 10;

  private static final Augmentation NONE = new Augmentation("none", new Builder());
  private static final Augmentation LIGHT =
      new Augmentation(
          "light",
          new Builder()
              .randomCrop(0.5, 1.25)
              .horizontalFlip(0.5)
              .brightness(0.2)
              .contrast(0.2)
              .saturation(0.2));
  private static final Augmentation STRONG =
      new Augmentation(
          "strong",
          new Builder()
              .randomCrop(0.25, 4.0 / 3)
              .horizontalFlip(0.5)
              .rotation(12)
              .brightness(0.4)
              .contrast(0.4)
              .saturation(0.4)
              .randomErasing(0.25, 0.2)
              .mixup(0.2)
              .cutMix(1));

  private final String name;
  private final double smallestCropArea;
  private final double cropRatio;
  private final double flipProbability;
  private final double rotationDegrees;
  private final double brightness;
  private final double contrast;
  private final double saturation;
  private final double erasingProbability;
  private final double largestErasedArea;
  private final double mixupAlpha;
  private final double cutMixAlpha;

  private Augmentation(String name, Builder builder) {
    this.name = name;
    this.smallestCropArea = builder.smallestCropArea;
    this.cropRatio = builder.cropRatio;
    this.flipProbability = builder.flipProbability;
    this.rotationDegrees = builder.rotationDegrees;
    this.brightness = builder.brightness;
    this.contrast = builder.contrast;
    this.saturation = builder.saturation;
    this.erasingProbability = builder.erasingProbability;
    this.largestErasedArea = builder.largestErasedArea;
    this.mixupAlpha = builder.mixupAlpha;
    this.cutMixAlpha = builder.cutMixAlpha;
  }

  /**
   * No change at all: what a network sees when it predicts.
   *
   * @return the empty augmentation
   */
  public static Augmentation none() {
    return NONE;
  }

  /**
   * Crops of at least half of the area, flips, and a fifth more or less brightness, contrast and
   * saturation: the choice for fine-tuning. Costs about as much as a plain resize.
   *
   * @return the light preset
   */
  public static Augmentation light() {
    return LIGHT;
  }

  /**
   * Crops of at least a quarter of the area, flips, rotations of up to 12 degrees, two fifths more
   * or less brightness, contrast and saturation, erasing, mixup and CutMix: for long training runs.
   *
   * @return the strong preset
   */
  public static Augmentation strong() {
    return STRONG;
  }

  /**
   * An augmentation of one's own, starting from none.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A seed for one picture in one epoch.
   *
   * @param runSeed the training run's seed
   * @param epoch which epoch, from 0
   * @param exampleIndex which picture, by its place in the data set
   * @return a seed in which the bits of all three are well mixed
   */
  public static long seed(long runSeed, int epoch, int exampleIndex) {
    return mixBits(mixBits(mixBits(runSeed) + epoch) + exampleIndex);
  }

  /**
   * A seed for one picture in one epoch that does not depend on the picture's place.
   *
   * @param runSeed the training run's seed
   * @param epoch which epoch, from 0
   * @param exampleId the picture's id
   * @return a seed in which the bits of all three are well mixed
   */
  public static long seed(long runSeed, int epoch, String exampleId) {
    long id = 0;
    for (int i = 0; i < exampleId.length(); i++) {
      id = mixBits(id + exampleId.charAt(i));
    }
    return mixBits(mixBits(mixBits(runSeed) + epoch) + id);
  }

  /** SplitMix64's step (Steele, Lea and Flood, 2014). */
  private static long mixBits(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /**
   * Whether pictures and batches stay as they are.
   *
   * @return true if nothing is configured
   */
  public boolean isNone() {
    return keepsPictures() && mixupAlpha == 0 && cutMixAlpha == 0;
  }

  /**
   * Whether single pictures stay as they are; batches may still be mixed.
   *
   * @return true if nothing but mixup or CutMix is configured
   */
  public boolean keepsPictures() {
    return smallestCropArea == 1
        && cropRatio == 1
        && flipProbability == 0
        && rotationDegrees == 0
        && brightness == 0
        && contrast == 0
        && saturation == 0
        && erasingProbability == 0;
  }

  /**
   * How strongly mixup mixes a batch.
   *
   * @return the alpha of Beta(alpha, alpha), 0 for no mixup
   */
  public double mixupAlpha() {
    return mixupAlpha;
  }

  /**
   * How strongly CutMix mixes a batch.
   *
   * @return the alpha of Beta(alpha, alpha), 0 for no CutMix
   */
  public double cutMixAlpha() {
    return cutMixAlpha;
  }

  /**
   * Makes a picture that a network takes, changed at random.
   *
   * @param image a picture of any shape
   * @param preprocessing the network's
   * @param seed the same seed, the same change
   * @return {@code preprocessing.size()} x {@code preprocessing.size()} pixels
   */
  public RgbImage apply(RgbImage image, Preprocessing preprocessing, long seed) {
    int size = preprocessing.size();
    byte[] target = new byte[size * size * 3];
    apply(image, preprocessing, seed, target, 0);
    return new RgbImage(size, size, target);
  }

  /**
   * The same as {@link #apply(RgbImage, Preprocessing, long)}, into an array: for batches.
   *
   * @param image a picture of any shape
   * @param preprocessing the network's
   * @param seed the same seed, the same change
   * @param destination where the bytes go
   * @param offset the place of the first of {@code size * size * 3} bytes
   * @throws IndexOutOfBoundsException if they do not fit
   */
  public void apply(
      RgbImage image, Preprocessing preprocessing, long seed, byte[] destination, int offset) {
    int side = preprocessing.size();
    Objects.checkFromIndexSize(offset, side * side * 3, destination.length);
    if (keepsPictures()) {
      preprocessing.apply(image, destination, offset);
      return;
    }
    SplittableRandom random = new SplittableRandom(seed);
    // Each kind of change draws from a generator of its own, so that asking for one more does not
    // turn all the others into different ones.
    SplittableRandom cropping = random.split();
    SplittableRandom flipping = random.split();
    SplittableRandom rotating = random.split();
    SplittableRandom coloring = random.split();
    SplittableRandom erasing = random.split();

    Resampling.Box box =
        smallestCropArea == 1 && cropRatio == 1
            ? preprocessing.region(image)
            : randomCrop(image, preprocessing.resizeRule(), cropping);
    boolean mirrored = flipping.nextDouble() < flipProbability;
    preprocessing.apply(image, box, mirrored, destination, offset);
    if (rotationDegrees > 0) {
      rotate(destination, offset, side, uniform(-rotationDegrees, rotationDegrees, rotating));
    }
    double brighter = uniform(1 - brightness, 1 + brightness, coloring);
    double harder = uniform(1 - contrast, 1 + contrast, coloring);
    double deeper = uniform(1 - saturation, 1 + saturation, coloring);
    if (brightness > 0 || contrast > 0 || saturation > 0) {
      changeColors(destination, offset, side * side, brighter, harder, deeper);
    }
    if (erasing.nextDouble() < erasingProbability) {
      erase(destination, offset, side, preprocessing.meanColor(), erasing);
    }
  }

  /**
   * A part of the picture. For {@link ResizeRule#CENTER_CROP} it is about square, since that is
   * what the network sees later; for the others it has about the picture's own shape.
   */
  private Resampling.Box randomCrop(RgbImage image, ResizeRule rule, SplittableRandom random) {
    double width = image.width();
    double height = image.height();
    double usual = rule == ResizeRule.CENTER_CROP ? 1 : width / height;
    double logRatio = StrictMath.log(cropRatio);
    for (int attempt = 0; attempt < CROP_ATTEMPTS; attempt++) {
      double area = width * height * uniform(smallestCropArea, 1, random);
      double ratio = usual * StrictMath.exp(uniform(-logRatio, logRatio, random));
      double cropWidth = Math.sqrt(area * ratio);
      double cropHeight = Math.sqrt(area / ratio);
      if (cropWidth <= width && cropHeight <= height) {
        return new Resampling.Box(
            (width - cropWidth) * random.nextDouble(),
            (height - cropHeight) * random.nextDouble(),
            cropWidth,
            cropHeight);
      }
    }
    // A picture so long that no such crop fits: the largest of the usual shape, in the middle.
    double cropWidth = Math.min(width, height * usual);
    double cropHeight = Math.min(height, width / usual);
    return new Resampling.Box(
        (width - cropWidth) / 2, (height - cropHeight) / 2, cropWidth, cropHeight);
  }

  /** Turns the picture about its centre; what comes in from outside is its mirrored edge. */
  private static void rotate(byte[] pixels, int offset, int side, double degrees) {
    double radians = StrictMath.toRadians(degrees);
    int sine = (int) Math.round(StrictMath.sin(radians) * 65536);
    int cosine = (int) Math.round(StrictMath.cos(radians) * 65536);
    byte[] before = Arrays.copyOfRange(pixels, offset, offset + side * side * 3);
    long center = (side - 1) * 32768L;
    int to = offset;
    for (int y = 0; y < side; y++) {
      long down = y * 65536L - center;
      for (int x = 0; x < side; x++, to += 3) {
        long right = x * 65536L - center;
        long fromX = ((right * cosine + down * sine) >> 16) + center;
        long fromY = ((down * cosine - right * sine) >> 16) + center;
        int left = (int) (fromX >> 16);
        int top = (int) (fromY >> 16);
        int shareX = (int) (fromX >> 8) & 0xff;
        int shareY = (int) (fromY >> 8) & 0xff;
        int column0 = mirroredIndex(left, side) * 3;
        int column1 = mirroredIndex(left + 1, side) * 3;
        int row0 = mirroredIndex(top, side) * side * 3;
        int row1 = mirroredIndex(top + 1, side) * side * 3;
        for (int channel = 0; channel < 3; channel++) {
          int upper =
              (before[row0 + column0 + channel] & 0xff) * (256 - shareX)
                  + (before[row0 + column1 + channel] & 0xff) * shareX;
          int lower =
              (before[row1 + column0 + channel] & 0xff) * (256 - shareX)
                  + (before[row1 + column1 + channel] & 0xff) * shareX;
          pixels[to + channel] = (byte) ((upper * (256 - shareY) + lower * shareY + 32768) >> 16);
        }
      }
    }
  }

  private static int mirroredIndex(int index, int length) {
    int mirrored = index < 0 ? -1 - index : index >= length ? 2 * length - 1 - index : index;
    return Math.min(Math.max(mirrored, 0), length - 1);
  }

  /**
   * {@code brightness * value}, then away from the picture's mean grey or towards it, then away
   * from the pixel's own grey or towards it: by one table and one pass.
   */
  private static void changeColors(
      byte[] pixels, int offset, int count, double brightness, double contrast, double saturation) {
    int end = offset + count * 3;
    double mean = contrast == 1 ? 0 : brightness * meanGrey(pixels, offset, count);
    int[] levels = new int[256];
    for (int value = 0; value < 256; value++) {
      levels[value] = clamp((int) Math.round(mean + contrast * (brightness * value - mean)));
    }
    int factor = (int) Math.round(saturation * 256);
    for (int i = offset; i < end; i += 3) {
      int red = levels[pixels[i] & 0xff];
      int green = levels[pixels[i + 1] & 0xff];
      int blue = levels[pixels[i + 2] & 0xff];
      int base = grey(red, green, blue) * (256 - factor) + 128;
      pixels[i] = (byte) clamp((base + factor * red) >> 8);
      pixels[i + 1] = (byte) clamp((base + factor * green) >> 8);
      pixels[i + 2] = (byte) clamp((base + factor * blue) >> 8);
    }
  }

  private static double meanGrey(byte[] pixels, int offset, int count) {
    long sum = 0;
    int end = offset + count * 3;
    for (int i = offset; i < end; i += 3) {
      sum += grey(pixels[i] & 0xff, pixels[i + 1] & 0xff, pixels[i + 2] & 0xff);
    }
    return (double) sum / count;
  }

  /** Luma as ITU-R BT.601 has it, in 8 bits. */
  private static int grey(int red, int green, int blue) {
    return (77 * red + 150 * green + 29 * blue + 128) >> 8;
  }

  private static int clamp(int value) {
    return Math.min(255, Math.max(0, value));
  }

  /** Zhong, Zheng, Kang, Li and Yang, "Random Erasing Data Augmentation", 2017. */
  private void erase(byte[] pixels, int offset, int side, byte[] color, SplittableRandom random) {
    double area =
        uniform(Math.min(ERASED_AREA_AT_LEAST, largestErasedArea), largestErasedArea, random)
            * side
            * side;
    double logRatio = StrictMath.log(ERASED_RATIO);
    double ratio = StrictMath.exp(uniform(-logRatio, logRatio, random));
    int width = (int) Math.min(side, Math.max(1, Math.round(Math.sqrt(area * ratio))));
    int height = (int) Math.min(side, Math.max(1, Math.round(Math.sqrt(area / ratio))));
    int left = random.nextInt(side - width + 1);
    int top = random.nextInt(side - height + 1);
    for (int y = top; y < top + height; y++) {
      int at = offset + (y * side + left) * 3;
      for (int x = 0; x < width; x++, at += 3) {
        pixels[at] = color[0];
        pixels[at + 1] = color[1];
        pixels[at + 2] = color[2];
      }
    }
  }

  private static double uniform(double from, double to, SplittableRandom random) {
    return from + (to - from) * random.nextDouble();
  }

  /**
   * Every number of this augmentation, to be written down and given back to {@link #ofSettings}.
   *
   * @return name to value, always the same names
   */
  public Map<String, Double> settings() {
    return ImmutableMap.<String, Double>builder()
        .put("smallestCropArea", smallestCropArea)
        .put("cropRatio", cropRatio)
        .put("flipProbability", flipProbability)
        .put("rotationDegrees", rotationDegrees)
        .put("brightness", brightness)
        .put("contrast", contrast)
        .put("saturation", saturation)
        .put("erasingProbability", erasingProbability)
        .put("largestErasedArea", largestErasedArea)
        .put("mixupAlpha", mixupAlpha)
        .put("cutMixAlpha", cutMixAlpha)
        .buildOrThrow();
  }

  /**
   * The augmentation with the given numbers.
   *
   * @param settings as {@link #settings} gave them
   * @return the preset where the numbers are those of one
   * @throws IllegalArgumentException if a name is missing or surplus, or a number is out of range
   */
  public static Augmentation ofSettings(Map<String, Double> settings) {
    checkArgument(
        settings.keySet().equals(NONE.settings().keySet()),
        "settings must name %s, got %s",
        NONE.settings().keySet(),
        settings.keySet());
    for (Augmentation preset : List.of(NONE, LIGHT, STRONG)) {
      if (preset.settings().equals(settings)) {
        return preset;
      }
    }
    Builder builder =
        new Builder()
            .randomCrop(number(settings, "smallestCropArea"), number(settings, "cropRatio"))
            .horizontalFlip(number(settings, "flipProbability"))
            .rotation(number(settings, "rotationDegrees"))
            .brightness(number(settings, "brightness"))
            .contrast(number(settings, "contrast"))
            .saturation(number(settings, "saturation"))
            .mixup(number(settings, "mixupAlpha"))
            .cutMix(number(settings, "cutMixAlpha"));
    if (number(settings, "erasingProbability") > 0) {
      builder.randomErasing(
          number(settings, "erasingProbability"), number(settings, "largestErasedArea"));
    }
    return builder.build();
  }

  private static double number(Map<String, Double> settings, String name) {
    return Objects.requireNonNull(settings.get(name), name);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("Augmentation[").append(name);
    if (smallestCropArea < 1 || cropRatio > 1) {
      text.append(", randomCrop=").append(smallestCropArea).append("..1");
      text.append(" ratio ").append(String.format(Locale.ROOT, "%.3g", cropRatio));
    }
    append(text, "horizontalFlip", flipProbability);
    append(text, "rotation", rotationDegrees);
    append(text, "brightness", brightness);
    append(text, "contrast", contrast);
    append(text, "saturation", saturation);
    if (erasingProbability > 0) {
      text.append(", randomErasing=").append(erasingProbability);
      text.append(" up to ").append(largestErasedArea);
    }
    append(text, "mixup", mixupAlpha);
    append(text, "cutMix", cutMixAlpha);
    return text.append(']').toString();
  }

  private static void append(StringBuilder text, String option, double value) {
    if (value > 0) {
      text.append(", ").append(option).append('=').append(value);
    }
  }

  /** Configures an {@link Augmentation}. Each option may be set once. */
  public static final class Builder {
    private final SetOnce once = new SetOnce();
    private double smallestCropArea = 1;
    private double cropRatio = 1;
    private double flipProbability;
    private double rotationDegrees;
    private double brightness;
    private double contrast;
    private double saturation;
    private double erasingProbability;
    private double largestErasedArea;
    private double mixupAlpha;
    private double cutMixAlpha;

    private Builder() {}

    /**
     * Cuts out a part at random (Szegedy et al., "Going Deeper with Convolutions", 2015).
     *
     * @param smallestArea the smallest part of the picture's area, above 0 and at most 1; the
     *     largest is 1
     * @param ratio how far the part's shape may be from the usual one: its width to height is
     *     multiplied by something between {@code 1 / ratio} and {@code ratio}; 1..4
     * @return this builder
     */
    @CanIgnoreReturnValue
    public Builder randomCrop(double smallestArea, double ratio) {
      once.set("randomCrop", smallestArea, ratio);
      checkArgument(
          smallestArea > 0 && smallestArea <= 1,
          "smallestArea must be in (0, 1], got %s",
          smallestArea);
      checkArgument(ratio >= 1 && ratio <= 4, "ratio must be in 1..4, got %s", ratio);
      this.smallestCropArea = smallestArea;
      this.cropRatio = ratio;
      return this;
    }

    /**
     * Mirrors left and right.
     *
     * @param probability 0..1
     * @return this builder
     */
    @CanIgnoreReturnValue
    public Builder horizontalFlip(double probability) {
      once.set("horizontalFlip", probability);
      this.flipProbability = inUnit("probability", probability);
      return this;
    }

    /**
     * Turns the picture about its centre, either way.
     *
     * @param degrees at most this much, 0..45
     * @return this builder
     */
    @CanIgnoreReturnValue
    public Builder rotation(double degrees) {
      once.set("rotation", degrees);
      checkArgument(degrees >= 0 && degrees <= 45, "degrees must be in 0..45, got %s", degrees);
      this.rotationDegrees = degrees;
      return this;
    }

    /**
     * Multiplies all values.
     *
     * @param amount by 1 - amount to 1 + amount, 0..1
     * @return this builder
     */
    @CanIgnoreReturnValue
    public Builder brightness(double amount) {
      once.set("brightness", amount);
      this.brightness = inUnit("brightness", amount);
      return this;
    }

    /**
     * Multiplies the distance from the picture's mean grey.
     *
     * @param amount by 1 - amount to 1 + amount, 0..1
     * @return this builder
     */
    @CanIgnoreReturnValue
    public Builder contrast(double amount) {
      once.set("contrast", amount);
      this.contrast = inUnit("contrast", amount);
      return this;
    }

    /**
     * Multiplies the distance from the pixel's own grey.
     *
     * @param amount by 1 - amount to 1 + amount, 0..1
     * @return this builder
     */
    @CanIgnoreReturnValue
    public Builder saturation(double amount) {
      once.set("saturation", amount);
      this.saturation = inUnit("saturation", amount);
      return this;
    }

    /**
     * Paints a rectangle, up to three times as long as wide, in the channels' mean colour.
     *
     * @param probability how often, 0..1
     * @param largestArea at most this part of the picture, above 0 and at most 1; at least 0.02 of
     *     it, or this where it is less
     * @return this builder
     */
    @CanIgnoreReturnValue
    public Builder randomErasing(double probability, double largestArea) {
      once.set("randomErasing", probability, largestArea);
      checkArgument(
          largestArea > 0 && largestArea <= 1,
          "largestArea must be in (0, 1], got %s",
          largestArea);
      this.erasingProbability = inUnit("probability", probability);
      this.largestErasedArea = largestArea;
      return this;
    }

    /**
     * Blends pictures of a batch; see {@link BatchMixing}.
     *
     * @param alpha of Beta(alpha, alpha), 0 for none, at most 100; the paper's choice is 0.2
     * @return this builder
     */
    @CanIgnoreReturnValue
    public Builder mixup(double alpha) {
      once.set("mixup", alpha);
      checkArgument(alpha >= 0 && alpha <= 100, "alpha must be in 0..100, got %s", alpha);
      this.mixupAlpha = alpha;
      return this;
    }

    /**
     * Lays a part of one picture of a batch over another; see {@link BatchMixing}.
     *
     * @param alpha of Beta(alpha, alpha), 0 for none, at most 100; the paper's choice is 1
     * @return this builder
     */
    @CanIgnoreReturnValue
    public Builder cutMix(double alpha) {
      once.set("cutMix", alpha);
      checkArgument(alpha >= 0 && alpha <= 100, "alpha must be in 0..100, got %s", alpha);
      this.cutMixAlpha = alpha;
      return this;
    }

    /**
     * The augmentation.
     *
     * @return as configured
     */
    public Augmentation build() {
      return new Augmentation("custom", this);
    }

    private static double inUnit(String option, double value) {
      checkArgument(value >= 0 && value <= 1, "%s must be in 0..1, got %s", option, value);
      return value;
    }
  }
}
