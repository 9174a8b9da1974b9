/**
 * What networks are trained on: pictures, augmented or not, and what frozen parts make of them,
 * kept in memory and on disk. Knows nothing of epochs, metrics or settings.
 */
@CheckReturnValue
@NullMarked
package dev.dogvision.internal.inputs;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
