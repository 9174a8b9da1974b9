/** Backbones, transfer models, trained models and the folders they are stored in. */
@NullMarked
package dev.dogvision.model;

import org.jspecify.annotations.NullMarked;
