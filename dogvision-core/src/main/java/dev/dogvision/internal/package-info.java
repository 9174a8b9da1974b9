/** What the packages share among themselves. Not exported, and free to change. */
@NullMarked
@CheckReturnValue
package dev.dogvision.internal;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
