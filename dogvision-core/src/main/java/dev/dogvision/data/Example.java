package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import dev.dogvision.image.ImageSource;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One photograph of a data set.
 *
 * @param id what it is called in tables and reports, unique within a data set: the CSV's id, the
 *     file's name without suffix, or the source's name
 * @param image the photograph: a file, or wherever else its bytes or pixels are
 * @param label its breed; null in an unlabelled data set
 */
public record Example(String id, ImageSource image, @Nullable String label) {

  /** Checks that neither id nor label is blank. */
  public Example {
    checkArgument(!id.isBlank(), "id must not be blank");
    requireNonNull(image, "image");
    checkArgument(label == null || !label.isBlank(), "the label of '%s' must not be blank", id);
  }

  /**
   * A photograph in a file.
   *
   * @param id what it is called, unique within a data set
   * @param image the image file
   * @param label its breed; null in an unlabelled data set
   */
  public Example(String id, Path image, @Nullable String label) {
    this(id, ImageSource.of(image), label);
  }

  /**
   * A labelled photograph, called as its source is.
   *
   * @param image the photograph
   * @param label its breed
   * @return the example
   */
  public static Example of(ImageSource image, String label) {
    return new Example(image.name(), image, requireNonNull(label, "label"));
  }

  /**
   * A photograph without a label, called as its source is.
   *
   * @param image the photograph
   * @return the example
   */
  public static Example of(ImageSource image) {
    return new Example(image.name(), image, null);
  }

  /** The same photograph, called otherwise. */
  Example withId(String other) {
    return new Example(other, image, label);
  }
}
