package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Locale;

/**
 * A label and the number of its images.
 *
 * @param label the label
 * @param images how many images carry it, 0 or more
 */
public record LabelCount(String label, int images) {

  /** Checks the number. */
  public LabelCount {
    checkArgument(images >= 0, "images must not be negative, got %s", images);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s (%,d)", label, images);
  }
}
