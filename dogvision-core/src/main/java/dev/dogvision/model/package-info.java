/** Backbones, transfer models, trained models and the folders they are stored in. */
@NullMarked
@CheckReturnValue
package dev.dogvision.model;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
