/**
 * The seam between the core, which decides, and an engine, which computes. For those who write an
 * engine.
 */
@NullMarked
package dev.dogvision.spi;

import org.jspecify.annotations.NullMarked;
