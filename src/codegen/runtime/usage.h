// net.predict(image);    classifies an image and returns its class; image holds camera bytes (0 to 255)
//                        or floats from 0 to 1, row by row, the channels of a pixel side by side
// net.push(row);         the same row by row: call it for each row, then
// net.finish();          which returns the class; the next row starts another image
// net.begin();           discards an unfinished image
// net.nextRow();         buffer for the next row, to avoid a copy: write the row there, then call
// net.commitRow();       which processes it
// net.output             the predicted class
// net.proba              its probability
// net.sure()             true if this probability reaches the confidence threshold
// net.outputs[i]         the probability of class i, until the next image starts
// net.labels[i]          the name of class i
// With MICROMOBILENET_CALLER_ARENA defined, row buffers and feature maps use memory that you provide:
// @Class@ net(arena);    arena holds @Class@::arenaBytes bytes and needs no alignment
