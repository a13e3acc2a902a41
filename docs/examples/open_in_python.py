"""
Opens what `predict` and `prepare` write: a table of predictions, predictions as AnnData, a data set as AnnData.

    python open_in_python.py predictions.parquet predictions.zarr data.zarr

Needs: pip install pandas pyarrow anndata "zarr>=3"
"""

import sys

import anndata
import numpy as np
import pandas as pd

if len(sys.argv) != 4:
    sys.exit(__doc__)
table_path, predictions_path, data_path = sys.argv[1:]

# A table: one row for each gene in each cell type. .csv, .tsv and .jsonl have the same columns:
# pd.read_csv("predictions.tsv", sep="\t"), pd.read_json("predictions.jsonl", lines=True).
table = pd.read_parquet(table_path)
print("table", table.shape, *table.columns)
for cell_type, rows in table.groupby("cell_type"):
    print(cell_type, "MSE", round(float((rows.residual**2).mean()), 4))

# The same as a matrix: cell types by genes, NaN where the data lack a pair.
predictions = anndata.read_zarr(predictions_path)
# Newer versions of anndata list X among the layers, as None.
print("predictions", predictions.shape, *sorted(filter(None, predictions.layers)))
error = predictions.layers["measured"] - predictions.X
print("largest residual", predictions.var_names[np.nanargmax(np.nanmax(error, axis=0))])

# A data set: samples (a gene in a cell type) by features (a mark in a bin).
data = anndata.read_zarr(data_path)
bins, marks = data.uns["histone"]["bins"], data.uns["histone"]["record"]["marks"]
signal = data.X.reshape(-1, bins, len(marks))  # [sample, bin, mark]
print("data", signal.shape, *data.obs.columns)
promoter = data[data.obs.strand == "+", data.var.offset_bp.between(0, 499)]
print("just after the TSS", promoter.shape, promoter.var_names[0])
mark = data[:, data.var.mark == marks[0]].X  # [sample, bin]
print(marks[0], "mean by bin", mark.mean(axis=0).shape)
