/** Pictures: where they come from, decoding, resizing, preprocessing and augmentation, on bytes. */
@NullMarked
@CheckReturnValue
package dev.dogvision.image;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
