/** The features of GFF3 that are genes, by the names of the Sequence Ontology. */

/**
 * All terms that are a gene (SO:0000704) or a pseudogene (SO:0000336) in the Sequence Ontology, release 2024-11-18:
 * from its file `so-simple.obo`, without obsolete terms.
 */
const ONTOLOGY = `
  C-D_H_ACA_box_scaRNA_gene C_D_box_scaRNA_gene C_D_box_snoRNA_gene H_ACA_box_scaRNA_gene H_ACA_box_snoRNA_gene
  IG_C_gene IG_D_gene IG_J_gene IG_V_gene RNA_7SK_gene RNase_MRP_RNA_gene RNase_P_RNA_gene SRP_RNA_gene
  TR_C_Gene TR_D_Gene TR_J_Gene TR_V_Gene T_cell_receptor_gene U14_snoRNA_gene U3_snoRNA_gene Y_RNA_gene
  allelically_excluded_gene antisense_lncRNA_gene apicoplast_gene bidirectional_promoter_lncRNA_gene
  candidate_gene chromoplast_gene cryptic_gene cryptogene ct_gene cyanelle_gene cytosolic_LSU_rRNA_gene
  cytosolic_SSU_rRNA_gene cytosolic_rRNA_16S_gene cytosolic_rRNA_18S_gene cytosolic_rRNA_23S_gene
  cytosolic_rRNA_25S_gene cytosolic_rRNA_28S_gene cytosolic_rRNA_2S_gene cytosolic_rRNA_5S_gene
  cytosolic_rRNA_5_8S_gene cytosolic_rRNA_gene endogenous_retroviral_gene engineered_foreign_gene
  engineered_foreign_transposable_element_gene engineered_fusion_gene engineered_gene enzymatic_RNA_gene
  epigenetically_modified_gene floxed_gene foreign_gene functional_candidate_gene fusion_gene gRNA_gene gene
  gene_cassette gene_rearranged_at_DNA_level gene_silenced_by_DNA_methylation gene_silenced_by_DNA_modification
  gene_silenced_by_RNA_interference gene_silenced_by_histone_deacetylation gene_silenced_by_histone_methylation
  gene_silenced_by_histone_modification gene_with_dicistronic_mRNA gene_with_dicistronic_primary_transcript
  gene_with_dicistronic_transcript gene_with_edited_transcript gene_with_mRNA_recoded_by_translational_bypass
  gene_with_mRNA_with_frameshift gene_with_non_canonical_start_codon gene_with_polyadenylated_mRNA
  gene_with_polycistronic_transcript gene_with_recoded_mRNA gene_with_start_codon_CUG
  gene_with_stop_codon_read_through gene_with_stop_codon_redefined_as_pyrrolysine
  gene_with_stop_codon_redefined_as_selenocysteine gene_with_trans_spliced_transcript
  gene_with_transcript_with_translational_frameshift hpRNA_gene immunoglobulin_gene kinetoplast_gene
  leucoplast_gene lincRNA_gene lncRNA_gene maternally_imprinted_gene maxicircle_gene
  methylation_guide_snoRNA_gene miRNA_gene minicircle_gene mt_LSU_rRNA_gene mt_SSU_rRNA_gene mt_gene
  mt_rRNA_gene ncRNA_gene negatively_autoregulated_gene nuclear_gene nucleomorph_gene paternally_imprinted_gene
  piRNA_gene plasmid_gene plastid_LSU_rRNA_gene plastid_SSU_rRNA_gene plastid_gene plastid_rRNA_gene
  positional_candidate_gene positively_autoregulated_gene post_translationally_regulated_gene predicted_gene
  proplastid_gene protein_coding_gene proviral_gene pseudouridylation_guide_snoRNA_gene rRNA_gene
  recombinationally_inverted_gene recombinationally_rearranged_gene
  recombinationally_rearranged_vertebrate_immune_system_gene rescue_gene retrogene ribozyme_gene sbRNA_gene
  scRNA_gene scaRNA_gene sense_intronic_lncRNA_gene sense_overlap_lncRNA_gene silenced_gene snRNA_gene
  sncRNA_gene snoRNA_gene tRNA_gene telomerase_RNA_gene tmRNA_gene transgene translationally_regulated_gene
  transposable_element_gene vault_RNA_gene vertebrate_immune_system_gene wild_type_rescue_gene
  IG_C_pseudogene IG_J_pseudogene IG_V_pseudogene TR_J_pseudogene TR_V_pseudogene T_cell_receptor_pseudogene
  allelic_pseudogene cassette_pseudogene duplicated_pseudogene immunoglobulin_pseudogene
  non_processed_pseudogene nuclear_mt_pseudogene polymorphic_pseudogene
  polymorphic_pseudogene_with_retained_intron processed_pseudogene pseudogene
  pseudogene_by_unequal_crossing_over transcribed_processed_pseudogene transcribed_unitary_pseudogene
  transcribed_unprocessed_pseudogene translated_processed_pseudogene translated_unprocessed_pseudogene
  transposable_element_pseudogene unitary_pseudogene vertebrate_immune_system_pseudogene
`;

const GENE_KINDS: ReadonlySet<string> = new Set(ONTOLOGY.trim().split(/\s+/));

/** Whether a feature of this kind is a gene. */
export function isGeneKind(kind: string): boolean {
  return GENE_KINDS.has(kind) || kind === "Gene";
}

/**
 * Whether a feature is a segment of an immunoglobulin or T cell receptor gene, which is a gene unless it has a parent.
 */
export function isGeneSegment(kind: string): boolean {
  return /^[CDJV]+_gene_segment$/.test(kind);
}

/**
 * Whether a feature's kind has a name like a gene's. Kinds with such names must not be ignored silently if the ontology
 * lacks them.
 */
export function isNamedGene(kind: string): boolean {
  return /gene$/i.test(kind);
}

/** Returns the gene type that a kind implies: `protein_coding` for `protein_coding_gene`, `undefined` for `gene`. */
export function typeOfKind(kind: string): string | undefined {
  if (kind.toLowerCase() === "gene") return undefined;
  return kind.replace(/_gene$/i, "");
}
