package dev.dogvision.model;

/**
 * Where pre-trained weights come from. Each text is empty where it is not known.
 *
 * @param source who made them, and how they came here
 * @param licence under which they may be used, for example {@code Apache-2.0}
 * @param trainedOn the data that they have seen, for example {@code ImageNet}
 */
public record WeightsOrigin(String source, String licence, String trainedOn) {
  /** Nothing is known. */
  public static final WeightsOrigin UNKNOWN = new WeightsOrigin("", "", "");
}
