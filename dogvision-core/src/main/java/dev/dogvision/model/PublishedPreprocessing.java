package dev.dogvision.model;

import dev.dogvision.MismatchException;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.spi.ZooEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the publisher of a module says about pictures, in the words of Deep Java Library's model
 * zoo: the arguments that its image translators take ({@code width}, {@code height}, {@code
 * resize}, {@code resizeShort}, {@code centerCrop}, {@code pad}, {@code toTensor}, {@code
 * normalize}, {@code range}).
 *
 * <p>There, a {@code resize} to a number before a {@code centerCrop} stretches the whole picture to
 * that square first. Here the square is cut from the picture as it is, in the same proportion:
 * networks are trained on dogs that are not stretched.
 */
final class PublishedPreprocessing {
  private static final List<String> TELLING =
      List.of("width", "height", "resize", "resizeShort", "centerCrop", "normalize", "range");

  /** Red, green and blue of ImageNet's photographs, as torchvision has them, in 0..1. */
  private static final List<Double> IMAGENET_MEANS = List.of(0.485, 0.456, 0.406);

  private static final List<Double> IMAGENET_DEVIATIONS = List.of(0.229, 0.224, 0.225);

  /** What the zoo's translators assume. */
  private static final int USUAL_SIDE = 224;

  private static final int USUAL_SHORT_SIDE = 256;

  private final ZooEntry entry;
  private final Map<String, String> arguments;

  private PublishedPreprocessing(ZooEntry entry) {
    this.entry = entry;
    this.arguments = entry.arguments();
  }

  /**
   * Understands an entry.
   *
   * @throws MismatchException if it says nothing, or what can't be followed
   */
  static Preprocessing of(ZooEntry entry) {
    return new PublishedPreprocessing(entry).preprocessing();
  }

  private Preprocessing preprocessing() {
    if (TELLING.stream().noneMatch(arguments::containsKey)) {
      throw refused("tells nothing of the preprocessing that it needs");
    }
    int size = whole("width", USUAL_SIDE);
    if (whole("height", size) != size) {
      throw refused("takes pictures of " + size + " x " + whole("height", size) + " pixels");
    }
    if (size < InputSize.SMALLEST || size > InputSize.LARGEST) {
      throw refused(
          String.format(
              Locale.ROOT,
              "takes pictures of %s pixels, not %s to %s",
              size,
              InputSize.SMALLEST,
              InputSize.LARGEST));
    }
    String flag = arguments.getOrDefault("flag", "COLOR");
    if (!flag.equalsIgnoreCase("COLOR")) {
      throw refused("takes pictures that are " + Excerpt.of(flag));
    }
    return normalized(size);
  }

  private Preprocessing normalized(int size) {
    double unit = isOff("toTensor", "true") ? 1 : 255; // what a pixel's value is divided by
    List<Double> means = List.of(0.0, 0.0, 0.0);
    List<Double> scales = List.of(unit, unit, unit);
    String normalize = arguments.getOrDefault("normalize", "false");
    String range = arguments.getOrDefault("range", "0,1").replace(" ", "");
    if (normalize.equals("true")) {
      means = times(unit, IMAGENET_MEANS);
      scales = times(unit, IMAGENET_DEVIATIONS);
    } else if (!normalize.equals("false")) {
      List<Double> numbers = numbers("normalize", normalize);
      if (numbers.size() != 6) {
        throw wrong("normalize", normalize, "true, false, or three means and three deviations");
      }
      means = times(unit, numbers.subList(0, 3));
      scales = times(unit, numbers.subList(3, 6));
    } else if (range.equals("-1,1")) {
      means = List.of(128.0, 128.0, 128.0);
      scales = means;
    } else if (!range.equals("0,1")) {
      throw wrong("range", range, "0,1 or -1,1");
    }
    try {
      return new Preprocessing(size, rule(), cropFraction(size), means, scales);
    } catch (IllegalArgumentException e) {
      throw refused("needs a preprocessing that can't be: " + e.getMessage());
    }
  }

  private ResizeRule rule() {
    if (!isOff("pad", "false")) {
      return ResizeRule.PAD;
    }
    boolean crops = !isOff("centerCrop", "false") || !isOff("resizeShort", "false");
    return crops || isOff("resize", "false") ? ResizeRule.CENTER_CROP : ResizeRule.STRETCH;
  }

  private double cropFraction(int size) {
    if (rule() != ResizeRule.CENTER_CROP) {
      return 1;
    }
    int from = size;
    if (!isOff("resizeShort", "false")) {
      from =
          arguments.getOrDefault("resizeShort", "").equals("true")
              ? USUAL_SHORT_SIDE
              : whole("resizeShort", USUAL_SHORT_SIDE);
    } else if (!isOff("resize", "false") && !arguments.getOrDefault("resize", "").equals("true")) {
      String resize = arguments.getOrDefault("resize", "").split(",", -1)[0];
      from = (int) Math.rint(number("resize", resize));
    }
    return from <= size ? 1 : (double) size / from;
  }

  private boolean isOff(String name, String usual) {
    return arguments.getOrDefault(name, usual).equals("false");
  }

  private int whole(String name, int usual) {
    String text = arguments.get(name);
    return text == null ? usual : (int) Math.rint(number(name, text));
  }

  private List<Double> numbers(String name, String text) {
    List<Double> numbers = new ArrayList<>();
    for (String part : text.replaceAll("[\\[\\]\\s]", "").split(",", -1)) {
      numbers.add(number(name, part));
    }
    return numbers;
  }

  private double number(String name, String text) {
    try {
      return Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      throw wrong(name, text, "a number");
    }
  }

  private static List<Double> times(double factor, List<Double> numbers) {
    return numbers.stream().map(number -> number * factor).toList();
  }

  private MismatchException wrong(String name, String found, String expected) {
    return refused(
        "says \""
            + name
            + "\": \""
            + Excerpt.of(found)
            + "\", where "
            + expected
            + " was expected");
  }

  private MismatchException refused(String what) {
    return new MismatchException(
        entry.url(),
        entry.url()
            + " "
            + what
            + ": say yourself how pictures are to be prepared, with"
            + " Backbone.torchScript(url, preprocessing)");
  }
}
