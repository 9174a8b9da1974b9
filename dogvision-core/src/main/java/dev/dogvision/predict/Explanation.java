package dev.dogvision.predict;

import dev.dogvision.image.RgbImage;

/**
 * What a model looked at when it predicted a picture. {@code ActivationOverlay} of the report
 * package draws it.
 *
 * @param prediction what the model says of the picture
 * @param label the label explained
 * @param map how much each place of {@code seen} speaks for the label
 * @param seen the part of the picture that the network got to see, as the square it was made, but
 *     sharper
 */
public record Explanation(Prediction prediction, String label, ActivationMap map, RgbImage seen) {}
