/**
 * Labelled photographs: reading, checking, describing, limiting and splitting them.
 *
 * <p>From the competition's folder to two parts that are the same on every machine:
 *
 * <pre>{@code
 * Dataset dogs = DatasetBuilder.fromCsv(Path.of("labels.csv")).images(Path.of("train")).build();
 * System.out.println(dogs.summary());
 * Split split = dogs.split(0.8, 13);
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.data;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
