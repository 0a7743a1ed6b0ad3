// The numbers printed by AutoVI; parse.ts says how to read the lines, sources.ts what the publication is.
export const AUTOVI = `
2 | mvtec_ad | unsupervised:reported-elsewhere | image_auroc % | mean | CFlow 98.2 | CSFlow 98.7 | RIAD 91.7 | DRAEM 98 | DSR 98.2 | PatchCore 99 | PaDiM 97.9 | US 86 | GCAD 93.1 | EfficientAD 99.1
2 | visa | unsupervised:reported-elsewhere | image_auroc % | mean | CFlow 91.5 # taken by the source from a public leaderboard | GCAD 89.1 # taken by the source from a public leaderboard | EfficientAD 98.1
2 | mvtec_loco | unsupervised:reported-elsewhere | image_auroc % | mean | f-AnoGAN 64.2 # taken by the source from a public leaderboard | DRAEM 73.6 # taken by the source from a public leaderboard | DSR 82.6 # taken by the source from a public leaderboard | PatchCore 80.3 # taken by the source from a public leaderboard | GCAD 83.3 | EfficientAD 90.7
3 | autovi | dataset | image_width | engine_wiring | - 400
3 | autovi | dataset | image_height | engine_wiring | - 400
3 | autovi | dataset | train_images | engine_wiring | - 285
3 | autovi | dataset | test_normal_images | engine_wiring | - 285
3 | autovi | dataset | test_anomalous_images | engine_wiring | - 322
3 | autovi | dataset | total_images | engine_wiring | - 892
3 | autovi | dataset | image_width | pipe_clip | - 400
3 | autovi | dataset | image_height | pipe_clip | - 400
3 | autovi | dataset | train_images | pipe_clip | - 195
3 | autovi | dataset | test_normal_images | pipe_clip | - 196
3 | autovi | dataset | test_anomalous_images | pipe_clip | - 141
3 | autovi | dataset | total_images | pipe_clip | - 532
3 | autovi | dataset | image_width | pipe_staple | - 400
3 | autovi | dataset | image_height | pipe_staple | - 400
3 | autovi | dataset | train_images | pipe_staple | - 198
3 | autovi | dataset | test_normal_images | pipe_staple | - 199
3 | autovi | dataset | test_anomalous_images | pipe_staple | - 127
3 | autovi | dataset | total_images | pipe_staple | - 524
3 | autovi | dataset | image_width | tank_screw | - 1000
3 | autovi | dataset | image_height | tank_screw | - 750
3 | autovi | dataset | train_images | tank_screw | - 318
3 | autovi | dataset | test_normal_images | tank_screw | - 318
3 | autovi | dataset | test_anomalous_images | tank_screw | - 95
3 | autovi | dataset | total_images | tank_screw | - 731
3 | autovi | dataset | image_width | underbody_pipes | - 1000
3 | autovi | dataset | image_height | underbody_pipes | - 750
3 | autovi | dataset | train_images | underbody_pipes | - 161
3 | autovi | dataset | test_normal_images | underbody_pipes | - 161
3 | autovi | dataset | test_anomalous_images | underbody_pipes | - 184
3 | autovi | dataset | total_images | underbody_pipes | - 506
3 | autovi | dataset | image_width | underbody_screw | - 1000
3 | autovi | dataset | image_height | underbody_screw | - 750
3 | autovi | dataset | train_images | underbody_screw | - 373
3 | autovi | dataset | test_normal_images | underbody_screw | - 374
3 | autovi | dataset | test_anomalous_images | underbody_screw | - 18
3 | autovi | dataset | total_images | underbody_screw | - 765
3 | autovi | dataset | train_images | total | - 1530
3 | autovi | dataset | test_normal_images | total | - 1533
3 | autovi | dataset | test_anomalous_images | total | - 887
3 | autovi | dataset | total_images | total | - 3950
6 | autovi | autovi:images=all | image_auroc % | engine_wiring | CFlow 46.1±8.6 | DRAEM 71.8±2.3 | DSR 75.9±2.4 | EfficientAD 79.7±0.8 | PaDiM 79.2±1.3 | PatchCore 77.2±0.3
6 | autovi | autovi:images=all | image_auroc % | pipe_clip | CFlow 49.3±12.7 | DRAEM 76.6±3.6 | DSR 81.1±6.8 | EfficientAD 76.8±1.2 | PaDiM 62.6±2 | PatchCore 73.3±0.9
6 | autovi | autovi:images=all | image_auroc % | pipe_staple | CFlow 51.2±6.7 | DRAEM 74.2±12.1 | DSR 96.2±3.1 | EfficientAD 84.3±1.5 | PaDiM 54.6±3 | PatchCore 92.3±0.6
6 | autovi | autovi:images=all | image_auroc % | tank_screw | CFlow 48.7±14.1 | DRAEM 63.9±11.8 | DSR 70.2±10.2 | EfficientAD 62.4±2.7 | PaDiM 49.4±2.7 | PatchCore 89.3±0.7
6 | autovi | autovi:images=all | image_auroc % | underbody_pipes | CFlow 64.2±19.7 | DRAEM 89.2±5.5 | DSR 56.9±8.6 | EfficientAD 91.2±1.2 | PaDiM 98.9±0.6 | PatchCore 99.8±0
6 | autovi | autovi:images=all | image_auroc % | underbody_screw | CFlow 48.8±13 | DRAEM 96±2.8 | DSR 97.9±2.2 | EfficientAD 91±0.2 | PaDiM 82.6±1.7 | PatchCore 98.9±0.1
6 | autovi | autovi:images=all | image_auroc % | mean | CFlow 51.4±5.9 | DRAEM 78.6±10.8 | DSR 79.7±14.3 | EfficientAD 80.9±9.8 | PaDiM 71.2±17.3 | PatchCore 88.4±10.1
6 | mvtec_ad | unsupervised:reported-elsewhere | image_auroc % | mean | CFlow 98.2 | DRAEM 98 | DSR 98.2 | EfficientAD 99.1 | PaDiM 97.9 | PatchCore 99
6 | mvtec_loco | unsupervised:reported-elsewhere | image_auroc % | mean | DRAEM 73.6 | DSR 82.6 | EfficientAD 90.7 | PatchCore 80.3
6 | visa | unsupervised:reported-elsewhere | image_auroc % | mean | CFlow 91.5 | EfficientAD 98.1
7 | autovi | autovi:images=all | image_ap % | engine_wiring | CFlow 52.8±6.3 | DRAEM 70.2±4.9 | DSR 74.2±3.1 | EfficientAD 77.9±1 | PaDiM 77.2±1.3 | PatchCore 77.5±0.4
7 | autovi | autovi:images=all | image_ap % | pipe_clip | CFlow 44.7±11.3 | DRAEM 68.3±6.1 | DSR 69.3±6.8 | EfficientAD 59.7±0.9 | PaDiM 48.5±1.6 | PatchCore 56±0.7
7 | autovi | autovi:images=all | image_ap % | pipe_staple | CFlow 40.1±6.5 | DRAEM 57.2±12.8 | DSR 94.2±4.5 | EfficientAD 61.5±1.9 | PaDiM 39.4±1.2 | PatchCore 78±1.6
7 | autovi | autovi:images=all | image_ap % | tank_screw | CFlow 25.1±7.4 | DRAEM 37.2±14.1 | DSR 34.8±8.9 | EfficientAD 26.1±1.3 | PaDiM 23±0.6 | PatchCore 57.9±2.2
7 | autovi | autovi:images=all | image_ap % | underbody_pipes | CFlow 66.5±16.9 | DRAEM 92.7±2.3 | DSR 56.9±7 | EfficientAD 88.9±1.2 | PaDiM 99.1±0.6 | PatchCore 99.9±0
7 | autovi | autovi:images=all | image_ap % | underbody_screw | CFlow 7.2±1 | DRAEM 61.1±12.1 | DSR 70±18.7 | EfficientAD 22.5±0.5 | PaDiM 13.9±0.9 | PatchCore 67.7±1.7
7 | autovi | autovi:images=all | image_ap % | mean | CFlow 39.4±19 | DRAEM 64.4±16.6 | DSR 66.6±18 | EfficientAD 56.1±24.8 | PaDiM 50.2±29.7 | PatchCore 72.8±14.8
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.99 % | engine_wiring | CFlow 3±2.9 | DRAEM 4.3±3.3 | DSR 5.5±1.6 | EfficientAD 2.9±1.2 | PaDiM 5.6±1 | PatchCore 8±0.6
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.95 % | engine_wiring | CFlow 6.4±3 | DRAEM 17.8±3.3 | DSR 18.5±6.3 | EfficientAD 23.1±2.6 | PaDiM 19.8±2.7 | PatchCore 25.5±1.7
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.9 % | engine_wiring | CFlow 10.9±4.6 | DRAEM 27.9±3.9 | DSR 28.3±8 | EfficientAD 43.5±3.6 | PaDiM 36.7±5.6 | PatchCore 34.9±1.2
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.99 % | pipe_clip | CFlow 2.6±4.7 | DRAEM 4.1±5.6 | DSR 2.4±1.4 | EfficientAD 1±0.3 | PaDiM 0.5±0.3 | PatchCore 0.7±0
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.95 % | pipe_clip | CFlow 8±10.1 | DRAEM 25.4±11.2 | DSR 18.3±7 | EfficientAD 3.9±0.8 | PaDiM 5.1±2 | PatchCore 4.9±0
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.9 % | pipe_clip | CFlow 12±12.8 | DRAEM 40.9±12 | DSR 42.5±9.4 | EfficientAD 11.2±2.9 | PaDiM 11.3±2.8 | PatchCore 13.1±0.8
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.99 % | pipe_staple | CFlow 2.3±3.9 | DRAEM 5.1±11 | DSR 56.2±22.9 | EfficientAD 1.7±0.4 | PaDiM 1±0.8 | PatchCore 3.1±0.6
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.95 % | pipe_staple | CFlow 4.3±4.5 | DRAEM 14.6±14.7 | DSR 82.7±12.2 | EfficientAD 5.3±0.8 | PaDiM 4±1.5 | PatchCore 19.2±5.2
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.9 % | pipe_staple | CFlow 9.9±6.2 | DRAEM 31.5±19.4 | DSR 89.5±8 | EfficientAD 9.6±1.1 | PaDiM 8.5±1 | PatchCore 70.6±7.9
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.99 % | tank_screw | CFlow 1.7±3.2 | DRAEM 4.2±7.1 | DSR 1±0 | EfficientAD 0±0 | PaDiM 1.2±0.3 | PatchCore 3.4±1.7
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.95 % | tank_screw | CFlow 4.2±5.8 | DRAEM 9.8±12.8 | DSR 6.2±7.7 | EfficientAD 2.2±0.6 | PaDiM 4.3±1.8 | PatchCore 20±3
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.9 % | tank_screw | CFlow 9.2±7.1 | DRAEM 18.6±18.9 | DSR 17.2±10.6 | EfficientAD 7±0.7 | PaDiM 9.3±1.2 | PatchCore 45.3±4.8
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.99 % | underbody_pipes | CFlow 8.6±9.5 | DRAEM 38.9±15.6 | DSR 4.1±2.7 | EfficientAD 8.6±5.1 | PaDiM 85.3±11.6 | PatchCore 98.3±0
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.95 % | underbody_pipes | CFlow 17.2±15.6 | DRAEM 52.4±23.1 | DSR 6.9±3.9 | EfficientAD 51.7±6.4 | PaDiM 95±3.5 | PatchCore 99.5±0
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.9 % | underbody_pipes | CFlow 23.2±20.3 | DRAEM 66±19.9 | DSR 10±6.4 | EfficientAD 72.7±8.6 | PaDiM 97.5±1.1 | PatchCore 99.5±0
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.99 % | underbody_screw | CFlow 0±0 | DRAEM 39.6±27.1 | DSR 63.9±32.9 | EfficientAD 0±0 | PaDiM 0±0 | PatchCore 16.6±0
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.95 % | underbody_screw | CFlow 0.7±1.8 | DRAEM 66±34.2 | DSR 88.9±14.4 | EfficientAD 0±0 | PaDiM 2.1±2.7 | PatchCore 100±0
8 | autovi | autovi:images=all | image_tpr_at_tnr_0.9 % | underbody_screw | CFlow 2.1±2.7 | DRAEM 91.7±10.8 | DSR 97.2±5.6 | EfficientAD 89.6±10.1 | PaDiM 6.2±1.8 | PatchCore 100±0
9 | autovi | autovi:images=all | pixel_auspro_0.05 % | engine_wiring | CFlow 5.3±2 | DRAEM 7.7±1.3 | DSR 29.4±2.6 | EfficientAD 45.5±1.5 | PaDiM 44.4±3.9 | PatchCore 35.7±0.3
9 | autovi | autovi:images=all | pixel_auspro_0.05 % | pipe_clip | CFlow 6.8±5.5 | DRAEM 26.4±16 | DSR 59.6±11 | EfficientAD 45.9±2.1 | PaDiM 38.1±5.6 | PatchCore 60.2±5.7
9 | autovi | autovi:images=all | pixel_auspro_0.05 % | pipe_staple | CFlow 5.9±4.2 | DRAEM 55.8±16.1 | DSR 78.3±3.9 | EfficientAD 49.1±25.6 | PaDiM 19.1±5.6 | PatchCore 60.3±5.2
9 | autovi | autovi:images=all | pixel_auspro_0.05 % | tank_screw | CFlow 4.3 # printed std 16.1 is impossible for eight values in 0..100 with this mean; left out | DRAEM 91.1±1.7 | DSR 94.2±1 | EfficientAD 66.3±4.6 | PaDiM 50.4±8.1 | PatchCore 80.6±0.5
9 | autovi | autovi:images=all | pixel_auspro_0.05 % | underbody_pipes | CFlow 53.6±18.4 | DRAEM 53±5.4 | DSR 63.1±3.4 | EfficientAD 55.9±1.5 | PaDiM 78.2±1.7 | PatchCore 77.6±0.2
9 | autovi | autovi:images=all | pixel_auspro_0.05 % | underbody_screw | CFlow 59.9±26.2 | DRAEM 72.4±2.3 | DSR 78.4±2.1 | EfficientAD 98.4±1.2 | PaDiM 93.3±1.6 | PatchCore 99.3±0
9 | autovi | autovi:images=all | pixel_auspro_0.05 % | mean | CFlow 22.6±24.2 | DRAEM 51.1±27.6 | DSR 67.2±20.3 | EfficientAD 60.1±18.5 | PaDiM 53.9±24.8 | PatchCore 68.9±20
10 | autovi | autovi:images=all | training_time_seconds | all | CFlow 19374±5551 | DRAEM 29438±7357 | DSR 16839±4227 | EfficientAD 15954±2303 | PaDiM 15±2 | PatchCore 46±23
11 | autovi | autovi:images=all,augmented | image_auroc % | engine_wiring | CFlow 46.6±6.1 | DRAEM 70.6±2.4 | DSR 65.4±6.8 | EfficientAD 79.2±0.9 | PaDiM 75.9±1.2 | PatchCore 76.5±0.6
11 | autovi | autovi:images=all,augmented | image_auroc % | pipe_clip | CFlow 54.6±14.3 | DRAEM 75.5±6 | DSR 70.6±7.4 | EfficientAD 77.8±1.2 | PaDiM 62.3±3.2 | PatchCore 68.4±0.8
11 | autovi | autovi:images=all,augmented | image_auroc % | pipe_staple | CFlow 53.5±8.5 | DRAEM 98.1±1.7 | DSR 85.5±11.3 | EfficientAD 94.6±0.7 | PaDiM 56.4±3.3 | PatchCore 92.1±1
11 | autovi | autovi:images=all,augmented | image_auroc % | tank_screw | CFlow 45.7±7.9 | DRAEM 64.8±6.1 | DSR 64.7±10.3 | EfficientAD 50.2±3 | PaDiM 46.9±0.9 | PatchCore 86.6±1.3
11 | autovi | autovi:images=all,augmented | image_auroc % | underbody_pipes | CFlow 82.7±7.3 | DRAEM 86.8±4.6 | DSR 56.9±7.2 | EfficientAD 88.1±2.9 | PaDiM 97.9±0.8 | PatchCore 99.8±0
11 | autovi | autovi:images=all,augmented | image_auroc % | underbody_screw | CFlow 60.3±18.5 | DRAEM 98.7±1 | DSR 97.4±6.6 | EfficientAD 91.3±0.3 | PaDiM 79.4±2 | PatchCore 98.2±0.6
12 | autovi | autovi:window=400x400 | image_auroc % | engine_wiring | CFlow 46.1±8.6 | DRAEM 71.8±2.3 | DSR 75.9±2.4 | EfficientAD 79.7±0.8 | PaDiM 79.2±1.3 | PatchCore 77.2±0.3
12 | autovi | autovi:window=400x480 | image_auroc % | engine_wiring | CFlow 51.4±8.5 | DRAEM 69.4±1.1 | DSR 75.5±1.7 | EfficientAD 80.7±0.6 | PaDiM 79.8±0.4 | PatchCore 77.7±0.4
12 | autovi | autovi:window=640x480 | image_auroc % | engine_wiring | CFlow 37.8±10.2 | DRAEM 68.4±3 | DSR 72.1±2.9 | EfficientAD 80.6±0.7 | PaDiM 80±1.2 | PatchCore 76.3±0.4
12 | autovi | autovi:window=200x200 | image_auroc % | pipe_clip | CFlow 61.8±8.7 | DRAEM 76.3±6.8 | DSR 76.1±3.3 | EfficientAD 83.5±1 | PaDiM 70.5±2.9 | PatchCore 79.5±0.4
12 | autovi | autovi:window=400x400 | image_auroc % | pipe_clip | CFlow 49.3±12.7 | DRAEM 76.6±3.6 | DSR 81.1±6.8 | EfficientAD 76.8±1.2 | PaDiM 62.6±2 | PatchCore 73.3±0.9
12 | autovi | autovi:window=600x600 | image_auroc % | pipe_clip | CFlow 50.9±6 | DRAEM 66.6±9.8 | DSR 71.5±3.9 | EfficientAD 58.8±1 | PaDiM 53.5±2.1 | PatchCore 58.2±0.9
12 | autovi | autovi:window=200x200 | image_auroc % | pipe_staple | CFlow 48.7±7.8 | DRAEM 88.1±6.7 | DSR 98.7±2.9 | EfficientAD 82.6±2.4 | PaDiM 57.5±2 | PatchCore 97±0.3
12 | autovi | autovi:window=400x400 | image_auroc % | pipe_staple | CFlow 51.2±6.7 | DRAEM 74.2±12.1 | DSR 96.2±3.1 | EfficientAD 84.3±1.5 | PaDiM 54.6±3 | PatchCore 92.3±0.6
12 | autovi | autovi:window=600x600 | image_auroc % | pipe_staple | CFlow 37.4±5.6 | DRAEM 82.7±12.8 | DSR 60.9±9.1 | EfficientAD 73.5±5.4 | PaDiM 30±2 | PatchCore 52.9±1.4
13 | autovi | autovi:normalisation=training | image_auroc % | engine_wiring | EfficientAD 80.6±0.6
13 | autovi | autovi:images=all | image_auroc % | engine_wiring | EfficientAD 79.7±0.8
13 | autovi | autovi:normalisation=training | image_auroc % | pipe_clip | EfficientAD 79.5±1.5
13 | autovi | autovi:images=all | image_auroc % | pipe_clip | EfficientAD 76.8±1.2
13 | autovi | autovi:normalisation=training | image_auroc % | pipe_staple | EfficientAD 87±0.7
13 | autovi | autovi:images=all | image_auroc % | pipe_staple | EfficientAD 84.3±1.5
13 | autovi | autovi:normalisation=training | image_auroc % | tank_screw | EfficientAD 63.8±2.5
13 | autovi | autovi:images=all | image_auroc % | tank_screw | EfficientAD 62.4±2.7
13 | autovi | autovi:normalisation=training | image_auroc % | underbody_pipes | EfficientAD 88.4±4.3
13 | autovi | autovi:images=all | image_auroc % | underbody_pipes | EfficientAD 91.2±1.2
13 | autovi | autovi:normalisation=training | image_auroc % | underbody_screw | EfficientAD 90.5±0.4
13 | autovi | autovi:images=all | image_auroc % | underbody_screw | EfficientAD 91±0.2
`;
