/** Labelled photographs: reading, checking, describing, limiting and splitting them. */
@NullMarked
@CheckReturnValue
package dev.dogvision.data;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
