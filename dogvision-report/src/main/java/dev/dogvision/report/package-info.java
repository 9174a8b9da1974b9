/**
 * Pictures and reports for people: sheets of photographs, predictions, bars, curves, heat maps,
 * reliability diagrams, and one HTML file that holds them all.
 *
 * <p>Every picture is a {@link dev.dogvision.report.Plot}: an immutable value that draws itself as
 * a {@link java.awt.image.BufferedImage} or a PNG file, without a screen.
 *
 * <p>Green and red always come with a tick and a cross, everything else is told apart without
 * relying on hue: a reader who sees no difference between red and green misses nothing.
 *
 * <p>All that is to be known of a run, in one file that fetches nothing:
 *
 * <pre>{@code
 * Split split = DatasetBuilder.fromFolders(Path.of("dogs")).build().split(0.8, 13);
 * TrainingRun run =
 *     Trainer.of(TransferModel.mobileNetV2().labels(split.train().labels()).build())
 *         .fit(split.train(), split.validation());
 * HtmlReport.of(run, split.validation()).write(Path.of("report.html"));
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.report;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
