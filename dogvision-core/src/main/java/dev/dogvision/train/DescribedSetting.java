package dev.dogvision.train;

/**
 * A setting of a run as a person would tell it.
 *
 * @param name what it is about, for example {@code Learning rate}
 * @param words what was chosen, for example {@code 0.001, falling as a cosine to 1 % of it}
 * @param usual whether it is what a {@link Trainer} does unless told otherwise, so that it need not
 *     be said at length
 */
public record DescribedSetting(String name, String words, boolean usual) {}
