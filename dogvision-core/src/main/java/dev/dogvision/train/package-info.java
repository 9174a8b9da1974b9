/**
 * Training: the trainer, its schedules, early stopping, events, checkpoints and results.
 *
 * <p>A classifier of one's own, from one folder a breed:
 *
 * <pre>{@code
 * Split split = DatasetBuilder.fromFolders(Path.of("dogs")).build().split(0.8, 13);
 * TrainingRun run =
 *     Trainer.of(TransferModel.mobileNetV2().labels(split.train().labels()).build())
 *         .epochs(20)
 *         .earlyStopping(EarlyStopping.on(Metric.VALIDATION_LOSS).patience(3))
 *         .fit(split.train(), split.validation());
 * Path saved = run.model().save(Path.of("models/dogs"));
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.train;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
