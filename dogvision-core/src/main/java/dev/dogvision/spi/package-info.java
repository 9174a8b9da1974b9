/**
 * The seam between the core, which decides, and an engine, which computes. For those who write an
 * engine.
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.spi;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
