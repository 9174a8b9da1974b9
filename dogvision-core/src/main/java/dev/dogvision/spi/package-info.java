/**
 * The seam between the core, which decides, and an engine, which computes. For those who write an
 * engine.
 *
 * <p>Engines are found as services:
 *
 * <pre>{@code
 * for (EngineProvider provider : ServiceLoader.load(EngineProvider.class)) {
 *   System.out.println(provider.name());
 * }
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.spi;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
