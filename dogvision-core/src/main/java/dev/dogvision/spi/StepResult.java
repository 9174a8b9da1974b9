package dev.dogvision.spi;

/**
 * What one forward and backward pass gave.
 *
 * @param loss the sum (not the mean) of the images' losses as {@link Targets} defines them; NaN or
 *     infinite when the numbers ran away
 * @param logits the logits before any update, image by image; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record StepResult(double loss, float[] logits) {}
