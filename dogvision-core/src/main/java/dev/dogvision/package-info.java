/**
 * What all of DogVision shares: devices, precision, optimisers, the exceptions, and what there is
 * to compute with.
 */
@NullMarked
@CheckReturnValue
package dev.dogvision;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
