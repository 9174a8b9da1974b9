/** Pictures: decoding, resizing, preprocessing and augmentation, all on bytes. */
@NullMarked
package dev.dogvision.image;

import org.jspecify.annotations.NullMarked;
