/**
 * Backbones, transfer models, trained models and the folders they are stored in.
 *
 * <p>A pre-trained network under a new head:
 *
 * <pre>{@code
 * TransferModel model =
 *     TransferModel.mobileNetV2().labels(Labels.of("beagle", "chow", "pug")).warmStart().build();
 * System.out.println(model.summary()); // layers, shapes, trainable and frozen parameters, memory
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.model;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
