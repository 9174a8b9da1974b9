/**
 * Pictures on their way into a network, read and rendered ahead of it: to be run through it, or to
 * train it. Not exported, and free to change.
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.internal.pipeline;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
