// The numbers printed by IM-IAD; parse.ts says how to read the lines, sources.ts what the publication is.
export const IM_IAD = `
V | any | hyperparameter | training_epochs | - | CFA 50 | CSFlow 240 | CutPaste 256 | DNE 50 | DRAEM 700 | FastFlow 500 | FAVAE 100 | IGD 256 | PaDiM 1 | PatchCore 1 | RegAD 50 | RD4AD 200 | SPADE 1 | STPM 100
V | any | hyperparameter | batch_size | - | CFA 4 | CSFlow 16 | CutPaste 32 | DNE 32 | DRAEM 8 | FastFlow 32 | FAVAE 64 | IGD 16 | PaDiM 32 | PatchCore 2 | RegAD 32 | RD4AD 8 | SPADE 8 | STPM 8
V | any | hyperparameter | image_size | - | CFA 256 | CSFlow 768 | CutPaste 224 | DNE 224 | DRAEM 256 | FastFlow 256 | FAVAE 256 | IGD 256 | PaDiM 256 | PatchCore 256 | RegAD 224 | RD4AD 256 | SPADE 256 | STPM 256
V | any | hyperparameter | learning_rate | - | CFA 0.001 | CSFlow 0.0002 | CutPaste 0.0001 | DNE 0.0001 | DRAEM 0.0001 | FastFlow 0.001 | FAVAE 0.00001 | IGD 0.0001 | RegAD 0.0001 | RD4AD 0.005 | STPM 0.4
VI | mvtec_ad | unsupervised | image_auroc | mean | CFA 0.981 | CSFlow 0.952 | CutPaste 0.918 | DRAEM 0.981 | FastFlow 0.905 | FAVAE 0.793 | PaDiM 0.908 | PatchCore 0.992 | RD4AD 0.986 | SPADE 0.854 | STPM 0.924
VI | mvtec_ad | unsupervised | image_ap | mean | CFA 0.993 | CSFlow 0.975 | CutPaste 0.965 | DRAEM 0.99 | FastFlow 0.945 | FAVAE 0.913 | PaDiM 0.954 | PatchCore 0.998 | RD4AD 0.995 | SPADE 0.94 | STPM 0.957
VI | mvtec_ad | unsupervised | pixel_auroc | mean | CFA 0.971 | DRAEM 0.975 | FastFlow 0.955 | FAVAE 0.889 | PaDiM 0.966 | PatchCore 0.994 | RD4AD 0.978 | SPADE 0.955 | STPM 0.954
VI | mvtec_ad | unsupervised | pixel_ap | mean | CFA 0.538 | DRAEM 0.689 | FastFlow 0.398 | FAVAE 0.307 | PaDiM 0.452 | PatchCore 0.561 | RD4AD 0.58 | SPADE 0.471 | STPM 0.518
VI | mvtec_ad | unsupervised | pixel_aupro_0.3 | mean | CFA 0.898 | DRAEM 0.921 | FastFlow 0.856 | FAVAE 0.749 | PaDiM 0.913 | PatchCore 0.943 | RD4AD 0.939 | SPADE 0.895 | STPM 0.879
VI | mvtec_loco | unsupervised | image_auroc | mean | CFA 0.814 | CSFlow 0.814 | CutPaste 0.734 | DRAEM 0.798 | FastFlow 0.639 | FAVAE 0.623 | PaDiM 0.78 | PatchCore 0.835 | RD4AD 0.867 | SPADE 0.687 | STPM 0.679
VI | mvtec_loco | unsupervised | image_ap | mean | CFA 0.944 | CSFlow 0.942 | CutPaste 0.915 | DRAEM 0.933 | FastFlow 0.866 | FAVAE 0.873 | PaDiM 0.927 | PatchCore 0.948 | RD4AD 0.958 | SPADE 0.89 | STPM 0.891
VI | mvtec_loco | unsupervised | pixel_auroc | mean | CFA 0.908 | DRAEM 0.942 | FastFlow 0.796 | FAVAE 0.944 | PaDiM 0.987 | PatchCore 0.99 | RD4AD 0.971 | SPADE 0.971 | STPM 0.848
VI | mvtec_loco | unsupervised | pixel_ap | mean | CFA 0.219 | DRAEM 0.209 | FastFlow 0.053 | FAVAE 0.099 | PaDiM 0.149 | PatchCore 0.15 | RD4AD 0.342 | SPADE 0.261 | STPM 0.164
VI | mvtec_loco | unsupervised | pixel_auspro_0.05 | mean | CFA 0.581 | DRAEM 0.426 | FastFlow 0.357 | FAVAE 0.446 | PaDiM 0.521 | PatchCore 0.343 | RD4AD 0.637 | SPADE 0.52 | STPM 0.428
VI | mpdd | unsupervised | image_auroc | mean | CFA 0.923 | CSFlow 0.973 | CutPaste 0.771 | DRAEM 0.941 | FastFlow 0.887 | FAVAE 0.57 | PaDiM 0.706 | PatchCore 0.948 | RD4AD 0.927 | SPADE 0.784 | STPM 0.876
VI | mpdd | unsupervised | image_ap | mean | CFA 0.922 | CSFlow 0.968 | CutPaste 0.8 | DRAEM 0.961 | FastFlow 0.881 | FAVAE 0.705 | PaDiM 0.784 | PatchCore 0.97 | RD4AD 0.953 | SPADE 0.815 | STPM 0.914
VI | mpdd | unsupervised | pixel_auroc | mean | CFA 0.948 | DRAEM 0.918 | FastFlow 0.808 | FAVAE 0.906 | PaDiM 0.955 | PatchCore 0.99 | RD4AD 0.987 | SPADE 0.982 | STPM 0.981
VI | mpdd | unsupervised | pixel_ap | mean | CFA 0.283 | DRAEM 0.288 | FastFlow 0.115 | FAVAE 0.088 | PaDiM 0.155 | PatchCore 0.432 | RD4AD 0.455 | SPADE 0.342 | STPM 0.354
VI | mpdd | unsupervised | pixel_aupro_0.3 | mean | CFA 0.832 | DRAEM 0.781 | FastFlow 0.498 | FAVAE 0.706 | PaDiM 0.848 | PatchCore 0.939 | RD4AD 0.953 | SPADE 0.926 | STPM 0.939
VI | btad | unsupervised | image_auroc | mean | CFA 0.938 | CSFlow 0.936 | CutPaste 0.917 | DRAEM 0.895 | FastFlow 0.919 | FAVAE 0.923 | PaDiM 0.965 | PatchCore 0.947 | RD4AD 0.937 | SPADE 0.904 | STPM 0.918
VI | btad | unsupervised | image_ap | mean | CFA 0.98 | CSFlow 0.89 | CutPaste 0.953 | DRAEM 0.974 | FastFlow 0.867 | FAVAE 0.986 | PaDiM 0.976 | PatchCore 0.989 | RD4AD 0.985 | SPADE 0.974 | STPM 0.962
VI | btad | unsupervised | pixel_auroc | mean | CFA 0.959 | DRAEM 0.874 | FastFlow 0.965 | FAVAE 0.949 | PaDiM 0.977 | PatchCore 0.978 | RD4AD 0.958 | SPADE 0.95 | STPM 0.937
VI | btad | unsupervised | pixel_ap | mean | CFA 0.517 | DRAEM 0.159 | FastFlow 0.379 | FAVAE 0.349 | PaDiM 0.535 | PatchCore 0.52 | RD4AD 0.517 | SPADE 0.441 | STPM 0.401
VI | btad | unsupervised | pixel_aupro_0.3 | mean | CFA 0.702 | DRAEM 0.629 | FastFlow 0.725 | FAVAE 0.713 | PaDiM 0.798 | PatchCore 0.752 | RD4AD 0.723 | SPADE 0.745 | STPM 0.667
VI | mtd | unsupervised | image_auroc | mean | CFA 0.913 | CSFlow 0.887 | CutPaste 0.83 | DRAEM 0.782 | FastFlow 0.891 | FAVAE 0.795 | PaDiM 0.885 | PatchCore 0.975 | RD4AD 0.884 | SPADE 0.868 | STPM 0.729
VI | mtd | unsupervised | image_ap | mean | CFA 0.959 | CSFlow 0.945 | CutPaste 0.912 | DRAEM 0.885 | FastFlow 0.947 | FAVAE 0.867 | PaDiM 0.944 | PatchCore 0.988 | RD4AD 0.947 | SPADE 0.928 | STPM 0.847
VI | mtd | unsupervised | pixel_auroc | mean | CFA 0.731 | DRAEM 0.66 | FastFlow 0.71 | FAVAE 0.735 | PaDiM 0.768 | PatchCore 0.836 | RD4AD 0.693 | SPADE 0.742 | STPM 0.642
VI | mtd | unsupervised | pixel_ap | mean | CFA 0.246 | DRAEM 0.148 | FastFlow 0.172 | FAVAE 0.12 | PaDiM 0.768 # suspect in the source: the pixel AP equals this method's pixel AUROC and the PRO repeats its BTAD value | PatchCore 0.303 | RD4AD 0.218 | SPADE 0.123 | STPM 0.102
VI | mtd | unsupervised | pixel_aupro_0.3 | mean | CFA 0.528 | DRAEM 0.541 | FastFlow 0.568 | FAVAE 0.632 | PaDiM 0.798 # suspect in the source: the pixel AP equals this method's pixel AUROC and the PRO repeats its BTAD value | PatchCore 0.686 | RD4AD 0.623 | SPADE 0.627 | STPM 0.478
VI | visa | unsupervised | image_auroc | mean | CFA 0.92 | CSFlow 0.744 | CutPaste 0.819 | DRAEM 0.887 | FastFlow 0.822 | FAVAE 0.803 | PaDiM 0.891 | PatchCore 0.951 | RD4AD 0.96 | SPADE 0.821 | STPM 0.833
VI | visa | unsupervised | image_ap | mean | CFA 0.935 | CSFlow 0.787 | CutPaste 0.848 | DRAEM 0.905 | FastFlow 0.843 | FAVAE 0.843 | PaDiM 0.895 | PatchCore 0.962 | RD4AD 0.965 | SPADE 0.847 | STPM 0.873
VI | visa | unsupervised | pixel_auroc | mean | CFA 0.843 | DRAEM 0.935 | FastFlow 0.882 | FAVAE 0.88 | PaDiM 0.981 | PatchCore 0.988 | RD4AD 0.901 | SPADE 0.856 | STPM 0.834
VI | visa | unsupervised | pixel_ap | mean | CFA 0.268 | DRAEM 0.265 | FastFlow 0.156 | FAVAE 0.213 | PaDiM 0.309 | PatchCore 0.401 | RD4AD 0.277 | SPADE 0.215 | STPM 0.169
VI | visa | unsupervised | pixel_aupro_0.3 | mean | CFA 0.551 | DRAEM 0.724 | FastFlow 0.598 | FAVAE 0.679 | PaDiM 0.859 | PatchCore 0.912 | RD4AD 0.709 | SPADE 0.659 | STPM 0.62
VI | dagm | unsupervised | image_auroc | mean | CFA 0.948 | CSFlow 0.752 | CutPaste 0.839 | DRAEM 0.908 | FastFlow 0.874 | FAVAE 0.695 | PaDiM 0.94 | PatchCore 0.936 | RD4AD 0.958 | SPADE 0.714 | STPM 0.739
VI | dagm | unsupervised | image_ap | mean | CFA 0.878 | CSFlow 0.781 | CutPaste 0.68 | DRAEM 0.79 | FastFlow 0.699 | FAVAE 0.376 | PaDiM 0.811 | PatchCore 0.826 | RD4AD 0.901 | SPADE 0.392 | STPM 0.498
VI | dagm | unsupervised | pixel_auroc | mean | CFA 0.942 | DRAEM 0.868 | FastFlow 0.911 | FAVAE 0.804 | PaDiM 0.961 | PatchCore 0.967 | RD4AD 0.975 | SPADE 0.88 | STPM 0.859
VI | dagm | unsupervised | pixel_ap | mean | CFA 0.495 | DRAEM 0.306 | FastFlow 0.342 | FAVAE 0.17 | PaDiM 0.492 | PatchCore 0.517 | RD4AD 0.534 | SPADE 0.133 | STPM 0.151
VI | dagm | unsupervised | pixel_aupro_0.3 | mean | CFA 0.87 | DRAEM 0.71 | FastFlow 0.799 | FAVAE 0.6 | PaDiM 0.906 | PatchCore 0.893 | RD4AD 0.93 | SPADE 0.707 | STPM 0.668
VII | mvtec_loco | unsupervised | image_auroc | logical | PatchCore 0.69 | CFA 0.768 | SPADE 0.653 | PaDiM 0.637 | RD4AD 0.694 | STPM 0.597 | CutPaste 0.779 | CSFlow 0.783 | FastFlow 0.727 | DRAEM 0.728 | FAVAE 0.659 | GCAD 0.86
VII | mvtec_loco | unsupervised | image_auroc | structural | PatchCore 0.82 | CFA 0.851 | SPADE 0.749 | PaDiM 0.705 | RD4AD 0.88 | STPM 0.763 | CutPaste 0.867 | CSFlow 0.847 | FastFlow 0.712 | DRAEM 0.744 | FAVAE 0.628 | GCAD 0.806
VII | mvtec_loco | unsupervised | image_auroc | mean | PatchCore 0.755 | CFA 0.809 | SPADE 0.701 | PaDiM 0.671 | RD4AD 0.787 | STPM 0.68 | CutPaste 0.823 | CSFlow 0.815 | FastFlow 0.72 | DRAEM 0.736 | FAVAE 0.643 | GCAD 0.833
VII | mvtec_loco | unsupervised | pixel_auspro_0.05 | logical | PatchCore 0.34 | CFA 0.536 | SPADE 0.43 | PaDiM 0.517 | RD4AD 0.497 | STPM 0.328 | FastFlow 0.359 | DRAEM 0.454 | FAVAE 0.501 | GCAD 0.711
VII | mvtec_loco | unsupervised | pixel_auspro_0.05 | structural | PatchCore 0.345 | CFA 0.625 | SPADE 0.609 | PaDiM 0.525 | RD4AD 0.777 | STPM 0.529 | FastFlow 0.356 | DRAEM 0.398 | FAVAE 0.392 | GCAD 0.692
VII | mvtec_loco | unsupervised | pixel_auspro_0.05 | mean | PatchCore 0.343 | CFA 0.581 | SPADE 0.52 | PaDiM 0.521 | RD4AD 0.637 | STPM 0.428 | FastFlow 0.357 | DRAEM 0.426 | FAVAE 0.446 | GCAD 0.701
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | bottle | PRN 0.994 | BGAD 0.993 | DevNet 0.939 | DRA 0.913 | SemiREST 0.995
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | cable | PRN 0.988 | BGAD 0.985 | DevNet 0.888 | DRA 0.866 | SemiREST 0.992
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | capsule | PRN 0.985 | BGAD 0.988 | DevNet 0.918 | DRA 0.893 | SemiREST 0.988
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | carpet | PRN 0.99 | BGAD 0.996 | DevNet 0.972 | DRA 0.982 | SemiREST 0.997
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | grid | PRN 0.984 | BGAD 0.984 | DevNet 0.879 | DRA 0.86 | SemiREST 0.994
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | hazelnut | PRN 0.997 | BGAD 0.994 | DevNet 0.911 | DRA 0.896 | SemiREST 0.998
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | leather | PRN 0.997 | BGAD 0.998 | DevNet 0.942 | DRA 0.938 | SemiREST 0.999
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | metal_nut | PRN 0.997 | BGAD 0.996 | DevNet 0.778 | DRA 0.795 | SemiREST 0.999
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | pill | PRN 0.995 | BGAD 0.995 | DevNet 0.826 | DRA 0.845 | SemiREST 0.993
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | screw | PRN 0.975 | BGAD 0.993 | DevNet 0.603 | DRA 0.54 | SemiREST 0.998
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | tile | PRN 0.996 | BGAD 0.993 | DevNet 0.927 | DRA 0.923 | SemiREST 0.997
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | toothbrush | PRN 0.996 | BGAD 0.995 | DevNet 0.846 | DRA 0.755 | SemiREST 0.996
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | transistor | PRN 0.984 | BGAD 0.979 | DevNet 0.56 | DRA 0.791 | SemiREST 0.986
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | wood | PRN 0.978 | BGAD 0.98 | DevNet 0.864 | DRA 0.829 | SemiREST 0.992
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | zipper | PRN 0.988 | BGAD 0.993 | DevNet 0.937 | DRA 0.969 | SemiREST 0.997
VIII | mvtec_ad | supervised:n=10 | pixel_auroc | mean | PRN 0.99 | BGAD 0.992 | DevNet 0.853 | DRA 0.853 | SemiREST 0.995
VIII | mvtec_ad | supervised:n=10 | pixel_ap | bottle | PRN 0.923 | BGAD 0.871 | DevNet 0.515 | DRA 0.412 | SemiREST 0.936
VIII | mvtec_ad | supervised:n=10 | pixel_ap | cable | PRN 0.789 | BGAD 0.814 | DevNet 0.36 | DRA 0.347 | SemiREST 0.895
VIII | mvtec_ad | supervised:n=10 | pixel_ap | capsule | PRN 0.622 | BGAD 0.583 | DevNet 0.155 | DRA 0.117 | SemiREST 0.6
VIII | mvtec_ad | supervised:n=10 | pixel_ap | carpet | PRN 0.82 | BGAD 0.832 | DevNet 0.457 | DRA 0.523 | SemiREST 0.891
VIII | mvtec_ad | supervised:n=10 | pixel_ap | grid | PRN 0.457 | BGAD 0.592 | DevNet 0.255 | DRA 0.268 | SemiREST 0.664
VIII | mvtec_ad | supervised:n=10 | pixel_ap | hazelnut | PRN 0.938 | BGAD 0.824 | DevNet 0.221 | DRA 0.225 | SemiREST 0.922
VIII | mvtec_ad | supervised:n=10 | pixel_ap | leather | PRN 0.697 | BGAD 0.755 | DevNet 0.081 | DRA 0.056 | SemiREST 0.817
VIII | mvtec_ad | supervised:n=10 | pixel_ap | metal_nut | PRN 0.98 | BGAD 0.973 | DevNet 0.356 | DRA 0.299 | SemiREST 0.991
VIII | mvtec_ad | supervised:n=10 | pixel_ap | pill | PRN 0.913 | BGAD 0.921 | DevNet 0.146 | DRA 0.216 | SemiREST 0.861
VIII | mvtec_ad | supervised:n=10 | pixel_ap | screw | PRN 0.449 | BGAD 0.553 | DevNet 0.014 | DRA 0.05 | SemiREST 0.721
VIII | mvtec_ad | supervised:n=10 | pixel_ap | tile | PRN 0.965 | BGAD 0.94 | DevNet 0.523 | DRA 0.576 | SemiREST 0.969
VIII | mvtec_ad | supervised:n=10 | pixel_ap | toothbrush | PRN 0.781 | BGAD 0.713 | DevNet 0.067 | DRA 0.045 | SemiREST 0.742
VIII | mvtec_ad | supervised:n=10 | pixel_ap | transistor | PRN 0.856 | BGAD 0.823 | DevNet 0.064 | DRA 0.11 | SemiREST 0.855
VIII | mvtec_ad | supervised:n=10 | pixel_ap | wood | PRN 0.826 | BGAD 0.787 | DevNet 0.251 | DRA 0.227 | SemiREST 0.887
VIII | mvtec_ad | supervised:n=10 | pixel_ap | zipper | PRN 0.776 | BGAD 0.782 | DevNet 0.196 | DRA 0.429 | SemiREST 0.91
VIII | mvtec_ad | supervised:n=10 | pixel_ap | mean | PRN 0.786 | BGAD 0.784 | DevNet 0.244 | DRA 0.26 | SemiREST 0.844
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | bottle | PRN 0.97 | BGAD 0.971 | DevNet 0.835 | DRA 0.776 | SemiREST 0.985
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | cable | PRN 0.972 | BGAD 0.977 | DevNet 0.809 | DRA 0.777 | SemiREST 0.959
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | capsule | PRN 0.925 | BGAD 0.968 | DevNet 0.836 | DRA 0.791 | SemiREST 0.97
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | carpet | PRN 0.97 | BGAD 0.989 | DevNet 0.858 | DRA 0.922 | SemiREST 0.991
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | grid | PRN 0.959 | BGAD 0.987 | DevNet 0.798 | DRA 0.715 | SemiREST 0.97
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | hazelnut | PRN 0.974 | BGAD 0.986 | DevNet 0.836 | DRA 0.869 | SemiREST 0.983
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | leather | PRN 0.992 | BGAD 0.995 | DevNet 0.885 | DRA 0.84 | SemiREST 0.997
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | metal_nut | PRN 0.958 | BGAD 0.968 | DevNet 0.769 | DRA 0.767 | SemiREST 0.982
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | pill | PRN 0.972 | BGAD 0.987 | DevNet 0.692 | DRA 0.77 | SemiREST 0.989
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | screw | PRN 0.924 | BGAD 0.968 | DevNet 0.311 | DRA 0.301 | SemiREST 0.988
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | tile | PRN 0.982 | BGAD 0.979 | DevNet 0.789 | DRA 0.815 | SemiREST 0.989
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | toothbrush | PRN 0.956 | BGAD 0.964 | DevNet 0.335 | DRA 0.561 | SemiREST 0.971
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | transistor | PRN 0.948 | BGAD 0.971 | DevNet 0.391 | DRA 0.49 | SemiREST 0.978
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | wood | PRN 0.959 | BGAD 0.968 | DevNet 0.754 | DRA 0.697 | SemiREST 0.979
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | zipper | PRN 0.955 | BGAD 0.977 | DevNet 0.813 | DRA 0.91 | SemiREST 0.992
VIII | mvtec_ad | supervised:n=10 | pixel_aupro_0.3 | mean | PRN 0.961 | BGAD 0.977 | DevNet 0.714 | DRA 0.733 | SemiREST 0.981
VIII | mvtec_ad | supervised:reference | pixel_auroc | bottle | PatchCore 0.988
VIII | mvtec_ad | supervised:reference | pixel_auroc | cable | PatchCore 0.988
VIII | mvtec_ad | supervised:reference | pixel_auroc | capsule | PatchCore 0.992
VIII | mvtec_ad | supervised:reference | pixel_auroc | carpet | PatchCore 0.992
VIII | mvtec_ad | supervised:reference | pixel_auroc | grid | PatchCore 0.99
VIII | mvtec_ad | supervised:reference | pixel_auroc | hazelnut | PatchCore 0.99
VIII | mvtec_ad | supervised:reference | pixel_auroc | leather | PatchCore 0.994
VIII | mvtec_ad | supervised:reference | pixel_auroc | metal_nut | PatchCore 0.987
VIII | mvtec_ad | supervised:reference | pixel_auroc | pill | PatchCore 0.983
VIII | mvtec_ad | supervised:reference | pixel_auroc | screw | PatchCore 0.996
VIII | mvtec_ad | supervised:reference | pixel_auroc | tile | PatchCore 0.964
VIII | mvtec_ad | supervised:reference | pixel_auroc | toothbrush | PatchCore 0.988
VIII | mvtec_ad | supervised:reference | pixel_auroc | transistor | PatchCore 0.961
VIII | mvtec_ad | supervised:reference | pixel_auroc | wood | PatchCore 0.949
VIII | mvtec_ad | supervised:reference | pixel_auroc | zipper | PatchCore 0.99
VIII | mvtec_ad | supervised:reference | pixel_auroc | mean | PatchCore 0.994 # differs from the mean of the printed categories (0.9835)
VIII | mvtec_ad | supervised:reference | pixel_ap | bottle | PatchCore 0.768
VIII | mvtec_ad | supervised:reference | pixel_ap | cable | PatchCore 0.653
VIII | mvtec_ad | supervised:reference | pixel_ap | capsule | PatchCore 0.442
VIII | mvtec_ad | supervised:reference | pixel_ap | carpet | PatchCore 0.627
VIII | mvtec_ad | supervised:reference | pixel_ap | grid | PatchCore 0.325
VIII | mvtec_ad | supervised:reference | pixel_ap | hazelnut | PatchCore 0.537
VIII | mvtec_ad | supervised:reference | pixel_ap | leather | PatchCore 0.456
VIII | mvtec_ad | supervised:reference | pixel_ap | metal_nut | PatchCore 0.87
VIII | mvtec_ad | supervised:reference | pixel_ap | pill | PatchCore 0.777
VIII | mvtec_ad | supervised:reference | pixel_ap | screw | PatchCore 0.354
VIII | mvtec_ad | supervised:reference | pixel_ap | tile | PatchCore 0.546
VIII | mvtec_ad | supervised:reference | pixel_ap | toothbrush | PatchCore 0.372
VIII | mvtec_ad | supervised:reference | pixel_ap | transistor | PatchCore 0.61
VIII | mvtec_ad | supervised:reference | pixel_ap | wood | PatchCore 0.477
VIII | mvtec_ad | supervised:reference | pixel_ap | zipper | PatchCore 0.595
VIII | mvtec_ad | supervised:reference | pixel_ap | mean | PatchCore 0.561
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | bottle | PatchCore 0.957
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | cable | PatchCore 0.945
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | capsule | PatchCore 0.958
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | carpet | PatchCore 0.949
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | grid | PatchCore 0.939
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | hazelnut | PatchCore 0.958
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | leather | PatchCore 0.974
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | metal_nut | PatchCore 0.954
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | pill | PatchCore 0.945
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | screw | PatchCore 0.964
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | tile | PatchCore 0.906
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | toothbrush | PatchCore 0.918
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | transistor | PatchCore 0.906
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | wood | PatchCore 0.914
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | zipper | PatchCore 0.961
VIII | mvtec_ad | supervised:reference | pixel_aupro_0.3 | mean | PatchCore 0.943
IX | mvtec_ad | few-shot:m=1,augmentation=none | image_auroc | mean | CFA 0.811 | CSFlow 0.708 | CutPaste 0.65 | DRAEM 0.683 | FastFlow 0.527 | FAVAE 0.651 | PaDiM 0.684 | PatchCore 0.788 | RD4AD 0.77 | STPM 0.799
IX | mvtec_ad | few-shot:m=1,augmentation=rotation | image_auroc | mean | CFA 0.829 | CSFlow 0.727 | CutPaste 0.701 | DRAEM 0.718 | FastFlow 0.618 | FAVAE 0.56 | PaDiM 0.697 | PatchCore 0.805 | RD4AD 0.805 | STPM 0.841
IX | mvtec_ad | few-shot:m=1,augmentation=flip | image_auroc | mean | CFA 0.811 | CSFlow 0.708 | CutPaste 0.702 | DRAEM 0.715 | FastFlow 0.613 | FAVAE 0.591 | PaDiM 0.683 | PatchCore 0.792 | RD4AD 0.802 | STPM 0.814
IX | mvtec_ad | few-shot:m=1,augmentation=scale | image_auroc | mean | CFA 0.788 | CSFlow 0.742 | CutPaste 0.68 | DRAEM 0.714 | FastFlow 0.694 | FAVAE 0.6 | PaDiM 0.669 | PatchCore 0.788 | RD4AD 0.799 | STPM 0.823
IX | mvtec_ad | few-shot:m=1,augmentation=translate | image_auroc | mean | CFA 0.802 | CSFlow 0.75 | CutPaste 0.679 | DRAEM 0.69 | FastFlow 0.682 | FAVAE 0.581 | PaDiM 0.683 | PatchCore 0.8 | RD4AD 0.823 | STPM 0.843
IX | mvtec_ad | few-shot:m=1,augmentation=colorJitter | image_auroc | mean | CFA 0.814 | CSFlow 0.7 | CutPaste 0.652 | DRAEM 0.687 | FastFlow 0.578 | FAVAE 0.588 | PaDiM 0.681 | PatchCore 0.797 | RD4AD 0.816 | STPM 0.831
IX | mvtec_ad | few-shot:m=1,augmentation=perspective | image_auroc | mean | CFA 0.806 | CSFlow 0.713 | CutPaste 0.703 | DRAEM 0.741 | FastFlow 0.6 | FAVAE 0.626 | PaDiM 0.674 | PatchCore 0.789 | RD4AD 0.784 | STPM 0.84
IX | mvtec_ad | few-shot:m=2,augmentation=none | image_auroc | mean | CFA 0.839 | CSFlow 0.745 | CutPaste 0.697 | DRAEM 0.78 | FastFlow 0.555 | FAVAE 0.667 | PaDiM 0.708 | PatchCore 0.795 | RD4AD 0.798 | STPM 0.84
IX | mvtec_ad | few-shot:m=2,augmentation=rotation | image_auroc | mean | CFA 0.86 | CSFlow 0.781 | CutPaste 0.709 | DRAEM 0.765 | FastFlow 0.743 | FAVAE 0.648 | PaDiM 0.734 | PatchCore 0.831 | RD4AD 0.832 | STPM 0.839
IX | mvtec_ad | few-shot:m=2,augmentation=flip | image_auroc | mean | CFA 0.853 | CSFlow 0.773 | CutPaste 0.748 | DRAEM 0.774 | FastFlow 0.674 | FAVAE 0.659 | PaDiM 0.731 | PatchCore 0.805 | RD4AD 0.816 | STPM 0.85
IX | mvtec_ad | few-shot:m=2,augmentation=scale | image_auroc | mean | CFA 0.795 | CSFlow 0.783 | CutPaste 0.659 | DRAEM 0.751 | FastFlow 0.753 | FAVAE 0.595 | PaDiM 0.694 | PatchCore 0.796 | RD4AD 0.835 | STPM 0.848
IX | mvtec_ad | few-shot:m=2,augmentation=translate | image_auroc | mean | CFA 0.825 | CSFlow 0.768 | CutPaste 0.659 | DRAEM 0.771 | FastFlow 0.731 | FAVAE 0.62 | PaDiM 0.716 | PatchCore 0.806 | RD4AD 0.817 | STPM 0.851
IX | mvtec_ad | few-shot:m=2,augmentation=colorJitter | image_auroc | mean | CFA 0.833 | CSFlow 0.754 | CutPaste 0.611 | DRAEM 0.773 | FastFlow 0.628 | FAVAE 0.642 | PaDiM 0.71 | PatchCore 0.793 | RD4AD 0.835 | STPM 0.849
IX | mvtec_ad | few-shot:m=2,augmentation=perspective | image_auroc | mean | CFA 0.843 | CSFlow 0.778 | CutPaste 0.726 | DRAEM 0.784 | FastFlow 0.617 | FAVAE 0.631 | PaDiM 0.714 | PatchCore 0.802 | RD4AD 0.82 | STPM 0.838
IX | mvtec_ad | few-shot:m=4,augmentation=none | image_auroc | mean | CFA 0.879 | CSFlow 0.785 | CutPaste 0.728 | DRAEM 0.82 | FastFlow 0.693 | FAVAE 0.655 | PaDiM 0.722 | PatchCore 0.844 | RD4AD 0.838 | STPM 0.864
IX | mvtec_ad | few-shot:m=4,augmentation=rotation | image_auroc | mean | CFA 0.891 | CSFlow 0.841 | CutPaste 0.771 | DRAEM 0.798 | FastFlow 0.741 | FAVAE 0.626 | PaDiM 0.734 | PatchCore 0.872 | RD4AD 0.897 | STPM 0.869
IX | mvtec_ad | few-shot:m=4,augmentation=flip | image_auroc | mean | CFA 0.861 | CSFlow 0.815 | CutPaste 0.714 | DRAEM 0.802 | FastFlow 0.745 | FAVAE 0.669 | PaDiM 0.723 | PatchCore 0.826 | RD4AD 0.871 | STPM 0.865
IX | mvtec_ad | few-shot:m=4,augmentation=scale | image_auroc | mean | CFA 0.818 | CSFlow 0.825 | CutPaste 0.519 | DRAEM 0.819 | FastFlow 0.79 | FAVAE 0.605 | PaDiM 0.689 | PatchCore 0.844 | RD4AD 0.866 | STPM 0.876
IX | mvtec_ad | few-shot:m=4,augmentation=translate | image_auroc | mean | CFA 0.86 | CSFlow 0.81 | CutPaste 0.674 | DRAEM 0.824 | FastFlow 0.782 | FAVAE 0.639 | PaDiM 0.72 | PatchCore 0.848 | RD4AD 0.876 | STPM 0.875
IX | mvtec_ad | few-shot:m=4,augmentation=colorJitter | image_auroc | mean | CFA 0.895 | CSFlow 0.806 | CutPaste 0.621 | DRAEM 0.823 | FastFlow 0.723 | FAVAE 0.67 | PaDiM 0.727 | PatchCore 0.852 | RD4AD 0.872 | STPM 0.868
IX | mvtec_ad | few-shot:m=4,augmentation=perspective | image_auroc | mean | CFA 0.883 | CSFlow 0.738 | CutPaste 0.671 | DRAEM 0.826 | FastFlow 0.734 | FAVAE 0.623 | PaDiM 0.716 | PatchCore 0.847 | RD4AD 0.861 | STPM 0.885
IX | mvtec_ad | few-shot:m=8,augmentation=none | image_auroc | mean | CFA 0.923 | CSFlow 0.856 | CutPaste 0.705 | DRAEM 0.872 | FastFlow 0.828 | FAVAE 0.701 | PaDiM 0.776 | PatchCore 0.891 | RD4AD 0.903 | SPADE 0.781 | STPM 0.865
IX | mvtec_ad | few-shot:m=8,augmentation=rotation | image_auroc | mean | CFA 0.913 | CSFlow 0.9 | CutPaste 0.808 | DRAEM 0.892 | FastFlow 0.809 | FAVAE 0.651 | PaDiM 0.81 | PatchCore 0.916 | RD4AD 0.933 | SPADE 0.794 | STPM 0.896
IX | mvtec_ad | few-shot:m=8,augmentation=flip | image_auroc | mean | CFA 0.888 | CSFlow 0.863 | CutPaste 0.857 | DRAEM 0.905 | FastFlow 0.793 | FAVAE 0.67 | PaDiM 0.739 | PatchCore 0.876 | RD4AD 0.911 | SPADE 0.77 | STPM 0.87
IX | mvtec_ad | few-shot:m=8,augmentation=scale | image_auroc | mean | CFA 0.875 | CSFlow 0.9 | CutPaste 0.473 | DRAEM 0.892 | FastFlow 0.843 | FAVAE 0.619 | PaDiM 0.734 | PatchCore 0.889 | RD4AD 0.917 | SPADE 0.783 | STPM 0.91
IX | mvtec_ad | few-shot:m=8,augmentation=translate | image_auroc | mean | CFA 0.92 | CSFlow 0.893 | CutPaste 0.694 | DRAEM 0.9 | FastFlow 0.826 | FAVAE 0.611 | PaDiM 0.761 | PatchCore 0.898 | RD4AD 0.921 | SPADE 0.791 | STPM 0.914
IX | mvtec_ad | few-shot:m=8,augmentation=colorJitter | image_auroc | mean | CFA 0.919 | CSFlow 0.892 | CutPaste 0.607 | DRAEM 0.904 | FastFlow 0.809 | FAVAE 0.68 | PaDiM 0.779 | PatchCore 0.883 | RD4AD 0.912 | SPADE 0.788 | STPM 0.912
IX | mvtec_ad | few-shot:m=8,augmentation=perspective | image_auroc | mean | CFA 0.924 | CSFlow 0.861 | CutPaste 0.673 | DRAEM 0.919 | FastFlow 0.81 | FAVAE 0.668 | PaDiM 0.771 | PatchCore 0.891 | RD4AD 0.916 | SPADE 0.787 | STPM 0.904
X | mvtec_ad | noisy:percent=5 | image_auroc | mean | CFA 0.969 | CSFlow 0.939 | CutPaste 0.864 | DRAEM 0.954 | FastFlow 0.885 | FAVAE 0.768 | IGD 0.805 | PaDiM 0.89 | PatchCore 0.99 | RD4AD 0.989 | SPADE 0.854 | STPM 0.909
X | mvtec_ad | noisy:percent=10 | image_auroc | mean | CFA 0.962 | CSFlow 0.894 | CutPaste 0.9 | DRAEM 0.912 | FastFlow 0.867 | FAVAE 0.801 | IGD 0.801 | PaDiM 0.907 | PatchCore 0.986 | RD4AD 0.984 | SPADE 0.861 | STPM 0.877
X | mvtec_ad | noisy:percent=15 | image_auroc | mean | CFA 0.949 | CSFlow 0.904 | CutPaste 0.851 | DRAEM 0.869 | FastFlow 0.854 | FAVAE 0.798 | IGD 0.782 | PaDiM 0.899 | PatchCore 0.975 | RD4AD 0.975 | SPADE 0.855 | STPM 0.892
X | mvtec_ad | noisy:percent=20 | image_auroc | mean | CFA 0.946 | CSFlow 0.874 | CutPaste 0.907 | DRAEM 0.897 | FastFlow 0.855 | FAVAE 0.814 | IGD 0.79 | PaDiM 0.906 | PatchCore 0.98 | RD4AD 0.983 | SPADE 0.859 | STPM 0.915
X | mpdd | noisy:percent=5 | image_auroc | mean | CFA 0.894 | CSFlow 0.773 | CutPaste 0.773 | DRAEM 0.81 | FastFlow 0.836 | FAVAE 0.536 | IGD 0.797 | PaDiM 0.675 | PatchCore 0.857 | RD4AD 0.909 | SPADE 0.784 | STPM 0.862
X | mpdd | noisy:percent=10 | image_auroc | mean | CFA 0.808 | CSFlow 0.789 | CutPaste 0.671 | DRAEM 0.76 | FastFlow 0.725 | FAVAE 0.476 | IGD 0.786 | PaDiM 0.58 | PatchCore 0.79 | RD4AD 0.837 | SPADE 0.728 | STPM 0.83
X | mpdd | noisy:percent=15 | image_auroc | mean | CFA 0.839 | CSFlow 0.861 | CutPaste 0.653 | DRAEM 0.726 | FastFlow 0.725 | FAVAE 0.482 | IGD 0.789 | PaDiM 0.626 | PatchCore 0.782 | RD4AD 0.826 | SPADE 0.737 | STPM 0.848
X | mpdd | noisy:percent=20 | image_auroc | mean | CFA 0.782 | CSFlow 0.727 | CutPaste 0.683 | DRAEM 0.693 | FastFlow 0.691 | FAVAE 0.525 | IGD 0.756 | PaDiM 0.608 | PatchCore 0.763 | RD4AD 0.824 | SPADE 0.719 | STPM 0.809
XI | mvtec_ad | continual | image_auroc | mean | PatchCore 0.919 | CFA 0.623 | SPADE 0.571 | PaDiM 0.545 | RD4AD 0.596 | STPM 0.576 | CutPaste 0.312 | CSFlow 0.538 | FastFlow 0.512 | FAVAE 0.547 | DNE 0.537 # column assignment inferred: method has image-level results only
XI | mvtec_ad | continual | fm_image_auroc | mean | PatchCore 0.003 | CFA 0.361 | SPADE 0.284 | PaDiM 0.368 | RD4AD 0.392 | STPM 0.324 | CutPaste 0.509 | CSFlow 0.426 | FastFlow 0.279 | FAVAE 0.101 | DNE 0.299 # column assignment inferred: method has image-level results only
XI | mvtec_ad | continual | image_ap | mean | PatchCore 0.971 | CFA 0.813 | SPADE 0.781 | PaDiM 0.767 | RD4AD 0.8 | STPM 0.786 | CutPaste 0.65 | CSFlow 0.762 | FastFlow 0.713 | FAVAE 0.772 | DNE 0.533 # column assignment inferred: method has image-level results only
XI | mvtec_ad | continual | fm_image_ap | mean | PatchCore 0.001 | CFA 0.181 | SPADE 0.159 | PaDiM 0.192 | RD4AD 0.194 | STPM 0.163 | CutPaste 0.27 | CSFlow 0.224 | FastFlow 0.154 | FAVAE 0.055 | DNE 0.293 # column assignment inferred: method has image-level results only
XI | mvtec_ad | continual | pixel_auroc | mean | PatchCore 0.944 | CFA 0.753 | SPADE 0.746 | PaDiM 0.697 | RD4AD 0.753 | STPM 0.625 | FastFlow 0.519 | FAVAE 0.673
XI | mvtec_ad | continual | fm_pixel_auroc | mean | PatchCore 0.002 | CFA 0.217 | SPADE 0.208 | PaDiM 0.269 | RD4AD 0.222 | STPM 0.277 | FastFlow 0.38 | FAVAE 0.107
XI | mvtec_ad | continual | pixel_ap | mean | PatchCore 0.481 | CFA 0.176 | SPADE 0.151 | PaDiM 0.086 | RD4AD 0.143 | STPM 0.109 | FastFlow 0.004 | FAVAE 0.082
XI | mvtec_ad | continual | fm_pixel_ap | mean | PatchCore 0.005 | CFA 0.359 | SPADE 0.319 | PaDiM 0.366 | RD4AD 0.425 | STPM 0.352 | FastFlow 0.214 | FAVAE 0.082
XI | mvtec_ad | continual | pixel_aupro_0.3 | mean | PatchCore 0.847 | CFA 0.535 | SPADE 0.57 | PaDiM 0.441 | RD4AD 0.531 | STPM 0.322 | FastFlow 0.152 | FAVAE 0.39
XI | mvtec_ad | continual | fm_pixel_aupro_0.3 | mean | PatchCore 0.001 | CFA 0.363 | SPADE 0.324 | PaDiM 0.472 | RD4AD 0.401 | STPM 0.446 | FastFlow 0.562 | FAVAE 0.157
XI | mpdd | continual | image_auroc | mean | PatchCore 0.786 | CFA 0.506 | SPADE 0.412 | PaDiM 0.461 | RD4AD 0.646 | STPM 0.499 | CutPaste 0.665 | CSFlow 0.632 | FastFlow 0.542 | FAVAE 0.581 | DNE 0.413 # column assignment inferred: method has image-level results only
XI | mpdd | continual | fm_image_auroc | mean | PatchCore 0.015 | CFA 0.415 | SPADE 0.396 | PaDiM 0.262 | RD4AD 0.344 | STPM 0.339 | CutPaste 0.045 | CSFlow 0.343 | FastFlow 0.272 | FAVAE 0.183 | DNE 0.394 # column assignment inferred: method has image-level results only
XI | mpdd | continual | image_ap | mean | PatchCore 0.851 | CFA 0.609 | SPADE 0.576 | PaDiM 0.593 | RD4AD 0.833 | STPM 0.617 | CutPaste 0.724 | CSFlow 0.692 | FastFlow 0.643 | FAVAE 0.792 | DNE 0.362 # column assignment inferred: method has image-level results only
XI | mpdd | continual | fm_image_ap | mean | PatchCore 0.021 | CFA 0.307 | SPADE 0.259 | PaDiM 0.195 | RD4AD 0.162 | STPM 0.267 | CutPaste 0.061 | CSFlow 0.29 | FastFlow 0.173 | FAVAE 0.099 | DNE 0.428 # column assignment inferred: method has image-level results only
XI | mpdd | continual | pixel_auroc | mean | PatchCore 0.963 | CFA 0.818 | SPADE 0.912 | PaDiM 0.841 | RD4AD 0.684 | STPM 0.328 | FastFlow 0.269 | FAVAE 0.636
XI | mpdd | continual | fm_pixel_auroc | mean | PatchCore 0 | CFA 0.131 | SPADE 0.069 | PaDiM 0.116 | RD4AD 0.3 | STPM 0.648 | FastFlow 0.506 | FAVAE 0.197
XI | mpdd | continual | pixel_ap | mean | PatchCore 0.358 | CFA 0.116 | SPADE 0.139 | PaDiM 0.053 | RD4AD 0.158 | STPM 0.099 | FastFlow 0.015 | FAVAE 0.098
XI | mpdd | continual | fm_pixel_ap | mean | PatchCore 0.0004 | CFA 0.164 | SPADE 0.202 | PaDiM 0.106 | RD4AD 0.407 | STPM 0.217 | FastFlow 0.071 | FAVAE 0.168
XI | mpdd | continual | pixel_aupro_0.3 | mean | PatchCore 0.838 | CFA 0.557 | SPADE 0.732 | PaDiM 0.529 | RD4AD 0.532 | STPM 0.217 | FastFlow 0.061 | FAVAE 0.365
XI | mpdd | continual | fm_pixel_aupro_0.3 | mean | PatchCore 0.0001 | CFA 0.3 | SPADE 0.193 | PaDiM 0.332 | RD4AD 0.414 | STPM 0.701 | FastFlow 0.448 | FAVAE 0.267
XII | mvtec_ad | noisy:percent=5 | image_auroc | mean | PatchCore (neighbours b=1) 0.99 | PatchCore (neighbours b=2) 0.988 | PatchCore (neighbours b=3) 0.99 | PatchCore (neighbours b=6) 0.987 | PatchCore (neighbours b=9) 0.99
XII | mvtec_ad | noisy:percent=10 | image_auroc | mean | PatchCore (neighbours b=1) 0.986 | PatchCore (neighbours b=2) 0.989 | PatchCore (neighbours b=3) 0.986 | PatchCore (neighbours b=6) 0.984 | PatchCore (neighbours b=9) 0.983
XII | mvtec_ad | noisy:percent=15 | image_auroc | mean | PatchCore (neighbours b=1) 0.975 | PatchCore (neighbours b=2) 0.983 | PatchCore (neighbours b=3) 0.979 | PatchCore (neighbours b=6) 0.986 | PatchCore (neighbours b=9) 0.984
XII | mvtec_ad | noisy:percent=20 | image_auroc | mean | PatchCore (neighbours b=1) 0.98 | PatchCore (neighbours b=2) 0.982 | PatchCore (neighbours b=3) 0.976 | PatchCore (neighbours b=6) 0.986 | PatchCore (neighbours b=9) 0.982
XIII | mvtec_ad | unsupervised | image_auroc | mean | CFA 0.981 | CSFlow 0.952 | CutPaste 0.918 | DRAEM 0.981 | FastFlow 0.905 | FAVAE 0.793 | PaDiM 0.908 | PatchCore 0.992 | RD4AD 0.986 | SPADE 0.854 | STPM 0.924
XIII | mvtec_ad | noisy:percent=15 | image_auroc | mean | CFA 0.949 | CSFlow 0.904 | CutPaste 0.851 | DRAEM 0.869 | FastFlow 0.854 | FAVAE 0.798 | PaDiM 0.899 | PatchCore 0.975 | RD4AD 0.975 | SPADE 0.855 | STPM 0.892
XIII | mvtec_ad | few-shot:m=8,augmentation=unstated | image_auroc | mean | CFA 0.923 | CSFlow 0.845 | CutPaste 0.705 | DRAEM 0.883 | FastFlow 0.801 | FAVAE 0.69 | PaDiM 0.776 | PatchCore 0.864 | RD4AD 0.903 | SPADE 0.781 | STPM 0.88
XIII | mvtec_ad | continual | image_auroc | mean | CFA 0.623 | CSFlow 0.539 | CutPaste 0.312 | DRAEM 0.595 | FastFlow 0.512 | FAVAE 0.547 | PaDiM 0.545 | PatchCore 0.919 | RD4AD 0.596 | SPADE 0.571 | STPM 0.576
XIII | mvtec_ad | mean-of-four | image_auroc | mean | CFA 0.869 | CSFlow 0.81 | CutPaste 0.696 | DRAEM 0.832 | FastFlow 0.768 | FAVAE 0.707 | PaDiM 0.782 | PatchCore 0.938 | RD4AD 0.865 | SPADE 0.765 | STPM 0.818
XIII | mpdd | unsupervised | image_auroc | mean | CFA 0.923 | CSFlow 0.973 | CutPaste 0.771 | DRAEM 0.941 | FastFlow 0.887 | FAVAE 0.57 | PaDiM 0.706 | PatchCore 0.948 | RD4AD 0.927 | SPADE 0.784 | STPM 0.876
XIII | mpdd | noisy:percent=15 | image_auroc | mean | CFA 0.839 | CSFlow 0.861 | CutPaste 0.653 | DRAEM 0.726 | FastFlow 0.725 | FAVAE 0.482 | PaDiM 0.626 | PatchCore 0.782 | RD4AD 0.826 | SPADE 0.737 | STPM 0.848
XIII | mpdd | few-shot:m=8,augmentation=unstated | image_auroc | mean | CFA 0.694 | CSFlow 0.741 | CutPaste 0.577 | DRAEM 0.773 | FastFlow 0.719 | FAVAE 0.39 | PaDiM 0.56 | PatchCore 0.694 | RD4AD 0.699 | SPADE 0.594 | STPM 0.792
XIII | mpdd | continual | image_auroc | mean | CFA 0.506 | CSFlow 0.633 | CutPaste 0.665 | DRAEM 0.44 | FastFlow 0.543 | FAVAE 0.582 | PaDiM 0.461 | PatchCore 0.787 | RD4AD 0.646 | SPADE 0.412 | STPM 0.499
XIII | mpdd | mean-of-four | image_auroc | mean | CFA 0.74 | CSFlow 0.802 | CutPaste 0.667 | DRAEM 0.72 | FastFlow 0.718 | FAVAE 0.506 | PaDiM 0.588 | PatchCore 0.803 | RD4AD 0.775 | SPADE 0.632 | STPM 0.754
XIII | mvtec_ad | unsupervised | pixel_ap | mean | CFA 0.538 | DRAEM 0.689 | FastFlow 0.398 | FAVAE 0.307 | PaDiM 0.452 | PatchCore 0.561 | RD4AD 0.58 | SPADE 0.471 | STPM 0.518
XIII | mvtec_ad | noisy:percent=15 | pixel_ap | mean | CFA 0.394 | DRAEM 0.337 | FastFlow 0.313 | FAVAE 0.319 | PaDiM 0.454 | PatchCore 0.5 | RD4AD 0.532 | SPADE 0.41 | STPM 0.465
XIII | mvtec_ad | few-shot:m=8,augmentation=unstated | pixel_ap | mean | CFA 0.513 | DRAEM 0.442 | FastFlow 0.279 | FAVAE 0.223 | PaDiM 0.362 | PatchCore 0.44 | RD4AD 0.49 | SPADE 0.405 | STPM 0.494
XIII | mvtec_ad | continual | pixel_ap | mean | CFA 0.177 | DRAEM 0.098 | FastFlow 0.044 | FAVAE 0.083 | PaDiM 0.086 | PatchCore 0.481 | RD4AD 0.143 | SPADE 0.151 | STPM 0.11
XIII | mvtec_ad | mean-of-four | pixel_ap | mean | CFA 0.406 | DRAEM 0.391 | FastFlow 0.259 | FAVAE 0.233 | PaDiM 0.339 | PatchCore 0.496 | RD4AD 0.436 | SPADE 0.359 | STPM 0.354 # differs from the mean of the printed settings (0.3968)
XIII | mpdd | unsupervised | pixel_ap | mean | CFA 0.283 | DRAEM 0.288 | FastFlow 0.115 | FAVAE 0.088 | PaDiM 0.155 | PatchCore 0.432 | RD4AD 0.455 | SPADE 0.342 | STPM 0.354
XIII | mpdd | noisy:percent=15 | pixel_ap | mean | CFA 0.212 | DRAEM 0.174 | FastFlow 0.055 | FAVAE 0.08 | PaDiM 0.136 | PatchCore 0.254 | RD4AD 0.374 | SPADE 0.309 | STPM 0.309
XIII | mpdd | few-shot:m=8,augmentation=unstated | pixel_ap | mean | CFA 0.269 | DRAEM 0.286 | FastFlow 0.116 | FAVAE 0.073 | PaDiM 0.102 | PatchCore 0.24 | RD4AD 0.245 | SPADE 0.261 | STPM 0.321
XIII | mpdd | continual | pixel_ap | mean | CFA 0.117 | DRAEM 0.131 | FastFlow 0.015 | FAVAE 0.099 | PaDiM 0.053 | PatchCore 0.358 | RD4AD 0.158 | SPADE 0.14 | STPM 0.1
XIII | mpdd | mean-of-four | pixel_ap | mean | CFA 0.22 | DRAEM 0.22 | FastFlow 0.075 | FAVAE 0.085 | PaDiM 0.112 | PatchCore 0.321 | RD4AD 0.308 | SPADE 0.263 | STPM 0.271
`;
