/**
 * What all of DogVision shares: devices, precision, optimisers, the exceptions, and what there is
 * to compute with.
 *
 * <p>Is there a GPU?
 *
 * <pre>{@code
 * for (EngineInfo engine : DogVision.engines()) {
 *   System.out.println(engine); // and where it can't be used, why
 * }
 * boolean gpu = DogVision.devices().stream().anyMatch(device -> device.type().equals("cuda"));
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
