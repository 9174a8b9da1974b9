/**
 * Event files for TensorBoard: curves, pictures, notes and hyper-parameters of a run.
 *
 * <p>{@link dev.dogvision.tensorboard.EventFileWriter} writes one file into a run's folder; {@code
 * tensorboard --logdir <the folder above>} then shows all runs side by side. {@link
 * dev.dogvision.tensorboard.EventFile} reads one back.
 *
 * <p>A curve of one's own:
 *
 * <pre>{@code
 * try (EventFileWriter events = EventFileWriter.open(Path.of("runs/by-hand"))) {
 *   events.scalar("loss", 1, 0.7);
 *   events.scalar("loss", 2, 0.5);
 * }
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.tensorboard;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
