package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One photograph of a data set.
 *
 * @param id what names it, unique within a data set: the CSV's id or the file's name without suffix
 * @param image the image file
 * @param label its breed; null in an unlabelled data set
 */
public record Example(String id, Path image, @Nullable String label) {

  /** Checks that neither id nor label is blank. */
  public Example {
    checkArgument(!id.isBlank(), "id must not be blank");
    requireNonNull(image, "image");
    checkArgument(label == null || !label.isBlank(), "the label of '%s' must not be blank", id);
  }
}
