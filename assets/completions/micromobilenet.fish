complete -c micromobilenet -l predict -d 'Classify images, or all images in a folder' -r -F
complete -c micromobilenet -l watch -d 'Classify new images as they appear in a folder, until Ctrl-C; existing images are ignored' -r -F
complete -c micromobilenet -l report -d 'Compare runs: a table, and a plot of their learning curves' -r -F
complete -c micromobilenet -l config -d 'Configuration file (./NAME, if it has the name of a preset), or a preset: pico, nano, micro, milli, mobilenet, squeeze, meadow, fashion_small, fashion' -r -F
complete -c micromobilenet -l data -d 'Data set: a folder with one sub-folder per class, IDX, CIFAR or npz files, or the name of a bundled set' -r
complete -c micromobilenet -l set -d 'Override a key of the configuration, for example train.epochs=5 or blocks.2.filters=8 (repeatable)' -r
complete -c micromobilenet -l board -d 'Target board. With --estimate: exit code 1 if the network does not fit. With --export: limits the sample images to its flash. Same as --set target.board=ID' -r
complete -c micromobilenet -l run -d 'Run folder: written by --train, otherwise source of configuration and weights' -r -F
complete -c micromobilenet -l distill -d 'Knowledge distillation: train with the predictions of this run as well as with the labels' -r -F
complete -c micromobilenet -l weights -d 'Load weights from this file, by parameter name' -r -F
complete -c micromobilenet -l output -d 'Output folder of --export [default: ArduinoCode] and --report [default: runs/report]' -r -F
complete -c micromobilenet -l epochs -d 'Number of epochs, same as --set train.epochs=N; auto: derived from train.images_seen' -r
complete -c micromobilenet -l seed -d 'Training seed, same as --set train.seed=N' -r
complete -c micromobilenet -l seeds -d 'With --train: train N times (2 to 100) with consecutive seeds, each in its own run folder (--run DIR: in DIR-seed0, DIR-seed1, …), and report mean and standard deviation of the accuracy' -r
complete -c micromobilenet -l threads -d 'Number of threads [default: number of cores]' -r
complete -c micromobilenet -l max-temp -d 'Pause training at this processor temperature, in °C, until it is 5 °C cooler' -r
complete -c micromobilenet -l split -d 'Images to evaluate on: validation, test, train, or all labelled images, for example of another folder, which may have fewer classes: --data DIR --split all' -r -f -a "validation\t'The validation images'
test\t'The test images'
train\t'The training images'
all\t'All labelled images of the source, whatever their split; it may have fewer classes'"
complete -c micromobilenet -l precision -d 'Precision of estimate, evaluation, export and prediction, same as --set export.precision=… [default: int8]' -r
complete -c micromobilenet -l max-accuracy-drop -d 'Exit with 1, and export nothing, if int8 loses more accuracy than this fraction, for example 0.005' -r
complete -c micromobilenet -l estimate -d 'Show parameters, MACs, RAM and flash per layer, and which boards the network fits'
complete -c micromobilenet -l train -d 'Train with progress output; creates a run folder in runs/'
complete -c micromobilenet -l evaluate -d 'Evaluate: accuracy, metrics per class, confusion matrix, worst mistakes'
complete -c micromobilenet -l export -d 'Export a C++ header, an Arduino sketch and sample images'
complete -c micromobilenet -l resume -d 'Resume an interrupted training (the latest run, or --run DIR)'
complete -c micromobilenet -l test -d 'Smoke test: one epoch on few images'
complete -c micromobilenet -l no-check -d 'Export without checking the header. By default, if a C++ compiler is on the path, the header is compiled and run on samples and test images; if its outputs differ from those of the reference executor, the exit code is 1 and nothing is written'
complete -c micromobilenet -l json -d 'Print JSON lines on stdout, and nothing else'
complete -c micromobilenet -l no-tui -d 'Do not start the workbench'
complete -c micromobilenet -s v -l verbose -d 'Verbose output; with --train, a profile at the end'
complete -c micromobilenet -s h -l help -d 'Print this help'
complete -c micromobilenet -s V -l version -d 'Print the version'
