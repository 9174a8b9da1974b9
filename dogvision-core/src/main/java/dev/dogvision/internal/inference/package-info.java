/** The one way from pictures to what a network says of them. Not exported, and free to change. */
@NullMarked
@CheckReturnValue
package dev.dogvision.internal.inference;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
