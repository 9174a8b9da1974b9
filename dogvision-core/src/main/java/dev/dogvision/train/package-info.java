/** Training: the trainer, its schedules, early stopping, events, checkpoints and results. */
@NullMarked
package dev.dogvision.train;

import org.jspecify.annotations.NullMarked;
