/** Training: the trainer, its schedules, early stopping, events, checkpoints and results. */
@NullMarked
@CheckReturnValue
package dev.dogvision.train;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
