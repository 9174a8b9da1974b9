/** The model that comes with the library. */
@NullMarked
package dev.dogvision.models;

import org.jspecify.annotations.NullMarked;
